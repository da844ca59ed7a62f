// Files: the conformance suite, and what only a directory can suffer.
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock/manual-clock.ts'
import { objectStoreConformance } from '../object-store.conformance.ts'
import { createFileObjectStore } from './file-object-store.ts'

const clock = createManualClock('2020-06-28T06:00:00.000Z')

objectStoreConformance('a directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'qly-objects-'))
  return {
    store: createFileObjectStore({ clock }, { directory }),
    damage: async (key) => {
      const bytes = await readFile(join(directory, key))
      bytes[10] = 0xaa
      await writeFile(join(directory, key), bytes)
    },
    count: async () =>
      (await readdir(directory, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile()).length,
    close: () => rm(directory, { recursive: true, force: true }),
  }
})

describe('a directory of objects', () => {
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'qly-objects-'))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  it('is cleared of what a crash left half written, but not of what is being written now', async () => {
    await mkdir(join(directory, '.incoming'))
    await writeFile(join(directory, '.incoming', 'old'), 'half')
    await utimes(join(directory, '.incoming', 'old'), 0, clock.now() / 1000 - 2 * 86_400)
    await writeFile(join(directory, '.incoming', 'new'), 'half')
    await utimes(join(directory, '.incoming', 'new'), 0, clock.now() / 1000 - 60)
    await createFileObjectStore({ clock }, { directory }).start()
    expect(await readdir(join(directory, '.incoming'))).toEqual(['new'])
  })

  it('does not follow a link out of itself', async () => {
    const store = createFileObjectStore({ clock }, { directory })
    await store.start()
    const key = `evidence/2020/06/28/${'a'.repeat(64)}.txt`
    await mkdir(join(directory, dirname(key)), { recursive: true })
    await symlink('/etc/passwd', join(directory, key))
    await expect(store.get(key)).rejects.toMatchObject({ code: 'QLY_NOT_FOUND' })
    for await (const object of store.list('')) expect.fail(`listed ${object.key}`)
  })

  it('that cannot be made or has gone away is QLY_STORAGE_UNAVAILABLE', async () => {
    await writeFile(join(directory, 'file'), '')
    const unavailable = { code: 'QLY_STORAGE_UNAVAILABLE', retryable: true }
    const impossible = createFileObjectStore({ clock }, { directory: join(directory, 'file', 'below') })
    await expect(impossible.start()).rejects.toMatchObject(unavailable)
    const gone = createFileObjectStore({ clock }, { directory: join(directory, 'gone') })
    const put = gone.put(Buffer.from('x'), { prefix: 'p', mediaType: 'text/plain', at: 0 })
    await expect(put).rejects.toMatchObject(unavailable)
    await expect(gone.check()).rejects.toMatchObject(unavailable)
  })
})
