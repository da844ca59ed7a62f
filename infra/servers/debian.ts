// Packages and users of Debian, which some of the servers come from.
import { existsSync } from 'node:fs'
import { run } from './process.ts'

/** Installs packages unless all `files` exist. Needs root; says what to do otherwise. */
export async function debianPackages(
  files: readonly string[],
  packages: readonly string[],
  say: (text: string) => void,
): Promise<void> {
  if (files.every((file) => existsSync(file))) return
  if (process.getuid?.() !== 0) throw new Error(`please install these Debian packages: ${packages.join(' ')}`)
  say(`installing ${packages.join(' ')} …`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await run('apt-get', ['update', '-qq'], { env })
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env })
}

/** uid and gid of a system user, if we are root and must not run the server as root; nothing otherwise. */
export async function userIds(name: string): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {}
  const number = async (flag: string) => Number((await run('id', [flag, name])).trim())
  return { uid: await number('-u'), gid: await number('-g') }
}
