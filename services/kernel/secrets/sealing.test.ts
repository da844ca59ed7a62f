// What was sealed opens for its purpose under its key, and for nothing else; the key file is for its owner only.
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createSealing, isSealed } from './sealing.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'qly-sealing-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('sealing', () => {
  it('opens any text for its purpose, also after a restart, and no changed one', async () => {
    const file = join(folder, 'keys', 'secrets.key')
    const sealing = createSealing(file)
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.nat(), (text, purpose, at) => {
        const sealed = sealing.seal(text, purpose)
        expect(isSealed(sealed)).toBe(true)
        expect(createSealing(file).open(sealed, purpose)).toBe(text)
        expect(sealing.open(sealed, `${purpose}x`)).toBeUndefined()
        const bytes = Buffer.from(sealed.slice(9), 'base64url')
        const place = at % bytes.length
        bytes[place] = (bytes[place] ?? 0) ^ 1
        expect(sealing.open(`sealed:1:${bytes.toString('base64url')}`, purpose)).toBeUndefined()
      }),
      { numRuns: 50 },
    )
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(sealing.open('sealed:1:', 'x')).toBeUndefined()
    expect(createSealing(join(folder, 'other.key')).open(sealing.seal('secret', 'x'), 'x')).toBeUndefined()
    expect(await readFile(file, 'utf8')).not.toContain('secret')
  })

  it('refuses a key file that others may read, or that is none', async () => {
    const file = join(folder, 'secrets.key')
    createSealing(file).seal('a', 'b')
    await chmod(file, 0o644)
    expect(() => createSealing(file).seal('a', 'b')).toThrow(/chmod 600/)
    await writeFile(file, 'short')
    await chmod(file, 0o600)
    expect(() => createSealing(file).seal('a', 'b')).toThrow(/32 bytes/)
  })
})
