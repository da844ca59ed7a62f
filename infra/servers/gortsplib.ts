// An independent RTSP client and server in Go (gortsplib), for the tests of ours. Its own few lines are in gortsplib/.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import path from 'node:path'
import { run } from './process.ts'

const source = path.join(import.meta.dirname, 'gortsplib')

/** Builds the peer once a machine and version of its source (about 25 s) and resolves with the path of the program; `main.go` says what it takes. */
export async function prepareGortsplib(cache: string): Promise<string> {
  const hash = createHash('sha256')
  for (const name of readdirSync(source).toSorted()) hash.update(readFileSync(path.join(source, name)))
  const binary = path.join(cache, `gortsplib-${hash.digest('hex').slice(0, 12)}`, 'gortsplib-peer')
  if (existsSync(binary)) return binary
  mkdirSync(path.dirname(binary), { recursive: true })
  const built = `${binary}.${process.pid}`
  await run('go', ['build', '-trimpath', '-o', built, '.'], {
    cwd: source,
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
  })
  await rename(built, binary)
  return binary
}
