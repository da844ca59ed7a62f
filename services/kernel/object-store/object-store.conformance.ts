// What every object store must do; file-object-store.test.ts and s3-object-store.test.ts run it.
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ObjectStore, StoredObject } from './object-store.ts'

export interface ObjectStoreFixture {
  readonly store: ObjectStore
  /** Damages the stored bytes of an object behind the store's back. */
  damage(key: string): Promise<void>
  /** number of objects and of leftovers that the engine really holds */
  count(): Promise<number>
  close(): Promise<void>
}

const at = Date.parse('2020-06-28T16:30:00.000Z')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const picture = Buffer.from([0xff, 0xd8, 0xff, 0xe0, ...Array(500).fill(7), 0xff, 0xd9])
const asPicture = { prefix: 'evidence', mediaType: 'image/jpeg', at }

export function objectStoreConformance(name: string, fixture: () => Promise<ObjectStoreFixture>): void {
  describe(`${name} as an object store`, () => {
    let engine: ObjectStoreFixture
    let store: ObjectStore
    beforeEach(async () => {
      engine = await fixture()
      store = engine.store
      await store.start()
    })
    afterEach(async () => {
      await store.stop()
      await engine.close()
    })
    const list = async (prefix: string) => {
      const objects: StoredObject[] = []
      for await (const object of store.list(prefix)) objects.push(object)
      return objects
    }
    const keys = async (prefix: string) => (await list(prefix)).map((object) => object.key)

    it('keeps bytes under prefix, day and hash, and gives them back', async () => {
      const stored = await store.put(picture, asPicture)
      const hash = sha256(picture)
      expect(stored).toEqual({
        key: `evidence/2020/06/28/${hash}.jpg`,
        sha256: hash,
        size: picture.length,
        mediaType: 'image/jpeg',
      } satisfies StoredObject)
      const { stream, object } = await store.get(stored.key)
      expect(object).toEqual(stored)
      expect(await buffer(stream)).toEqual(picture)
    })

    it('takes a stream of many megabytes in small pieces', async () => {
      const pieces = Array.from({ length: 300 }, () => randomBytes(65_521))
      const whole = Buffer.concat(pieces)
      const stored = await store.put(Readable.from(pieces), { prefix: 'footage', mediaType: 'video/mp4', at })
      expect(stored).toMatchObject({ sha256: sha256(whole), size: whole.length })
      expect(stored.key).toMatch(/^footage\/2020\/06\/28\/[0-9a-f]{64}\.mp4$/)
      expect(sha256(await buffer((await store.get(stored.key)).stream))).toBe(stored.sha256)
    })

    it('keeps nothing of a stream that breaks, and passes its error on', async () => {
      const breaks = Readable.from(
        (async function* () {
          yield randomBytes(100_000)
          throw new RangeError('the upload was cut off')
        })(),
      )
      await expect(store.put(breaks, asPicture)).rejects.toThrow('the upload was cut off')
      expect(await keys('')).toEqual([])
      expect(await engine.count()).toBe(0)
    })

    it('gives the same key for the same bytes, also 20 times at once', async () => {
      const stored = await Promise.all(Array.from({ length: 20 }, () => store.put(picture, asPicture)))
      expect(new Set(stored.map((object) => object.key)).size).toBe(1)
      expect(await keys('evidence')).toHaveLength(1)
      expect(await engine.count()).toBe(1)
    })

    it('keeps an empty object', async () => {
      const stored = await store.put(new Uint8Array(), { prefix: 'empty', mediaType: 'text/plain', at })
      expect(stored.size).toBe(0)
      expect((await buffer((await store.get(stored.key)).stream)).length).toBe(0)
    })

    it.each(['image/png', 'video/quicktime', 'application/json', 'application/vnd.ms-excel', 'text/x-c++src'])(
      'keeps the media type %s, also in a listing',
      async (mediaType) => {
        const stored = await store.put(picture, { prefix: 'kinds', mediaType, at })
        expect(stored.key).toMatch(/^[A-Za-z0-9/._-]+$/)
        expect((await store.get(stored.key)).object.mediaType).toBe(mediaType)
        expect(await list('kinds')).toEqual([stored])
      },
    )

    it('lists by whole folders of the key, in order of the keys', async () => {
      const put = (prefix: string, time: number, text: string) =>
        store.put(Buffer.from(text), { prefix, mediaType: 'text/plain', at: time })
      const day = 86_400_000
      const stored = await Promise.all([
        put('proof', at, '1'),
        put('proof', at, '2'),
        put('proof', at + day, '3'),
        put('proof', at + 40 * day, '4'),
        put('proof-old', at, '5'),
        put('proofs', at, '6'),
        put('a/b', at, '7'),
      ])
      const all = stored.map((object) => object.key).sort()
      expect(await keys('')).toEqual(all)
      expect(await keys('proof')).toEqual(all.filter((key) => key.startsWith('proof/')))
      expect(await keys('proof/2020/06')).toHaveLength(3)
      expect(await keys('a')).toHaveLength(1)
      expect(await keys('nothing')).toEqual([])
    })

    it('deletes, and does not mind deleting again', async () => {
      const stored = await store.put(picture, asPicture)
      await store.delete(stored.key)
      await store.delete(stored.key)
      await expect(store.get(stored.key)).rejects.toMatchObject({ code: 'QLY_NOT_FOUND', retryable: false })
      expect(await keys('')).toEqual([])
    })

    it('says QLY_NOT_FOUND for a key that has no object', async () => {
      const key = `evidence/2020/06/28/${'0'.repeat(64)}.jpg`
      await expect(store.get(key)).rejects.toMatchObject({ code: 'QLY_NOT_FOUND' })
      await expect(store.get('evidence')).rejects.toMatchObject({ code: 'QLY_NOT_FOUND' })
      await expect(store.get('evidence/readme.txt')).rejects.toMatchObject({ code: 'QLY_NOT_FOUND' })
    })

    it.each([
      '',
      '/',
      '/etc/passwd',
      '../secret',
      'evidence/../../secret',
      'evidence//x',
      'evidence/',
      '.incoming/x',
      'a/./b',
      'a\\b',
      'a b',
      'a\0b',
      'a%2e%2e/b',
      'é',
      'x'.repeat(600),
    ])('refuses the key %j', async (key) => {
      await expect(store.get(key)).rejects.toMatchObject({ code: 'QLY_INPUT_INVALID' })
      await expect(store.delete(key)).rejects.toMatchObject({ code: 'QLY_INPUT_INVALID' })
    })

    it.each([
      { prefix: '../x' },
      { prefix: '' },
      { prefix: '/x' },
      { mediaType: '' },
      { mediaType: 'image/jpeg; charset=x' },
      { mediaType: 'a/b\r\nX: 1' },
      { at: Number.NaN },
    ])('refuses to put with %j', async (wrong) => {
      await expect(store.put(picture, { ...asPicture, ...wrong })).rejects.toMatchObject({ code: 'QLY_INPUT_INVALID' })
      expect(await engine.count()).toBe(0)
    })

    it('notices on reading that stored bytes were changed', async () => {
      const stored = await store.put(picture, asPicture)
      await engine.damage(stored.key)
      const { stream } = await store.get(stored.key)
      await expect(buffer(stream)).rejects.toMatchObject({ code: 'QLY_STORAGE_CORRUPT' })
    })

    it('lets a reader go away early', async () => {
      const stored = await store.put(randomBytes(5_000_000), asPicture)
      const { stream } = await store.get(stored.key)
      for await (const chunk of stream) {
        expect((chunk as Buffer).length).toBeGreaterThan(0)
        break
      }
      expect(stream.destroyed).toBe(true)
      await expect(store.check()).resolves.toBeUndefined()
    })
  })
}
