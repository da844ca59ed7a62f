// Blurred pictures that were made already: the newest used stay, within bytes. Asked for twice at once, a picture is made once.

export interface PictureCache {
  /** The picture of the key, made if it is not there. */
  of(key: string, make: () => Promise<Buffer>): Promise<Buffer>
}

export function createPictureCache(mostBytes = 32 * 1024 * 1024): PictureCache {
  const kept = new Map<string, Buffer>()
  const making = new Map<string, Promise<Buffer>>()
  let bytes = 0

  const keep = (key: string, picture: Buffer) => {
    kept.set(key, picture)
    bytes += picture.length
    for (const [oldest, { length }] of kept) {
      if (bytes <= mostBytes) break
      kept.delete(oldest)
      bytes -= length
    }
  }

  return {
    of(key, make) {
      const known = kept.get(key)
      if (known) {
        kept.delete(key)
        kept.set(key, known)
        return Promise.resolve(known)
      }
      const under = making.get(key)
      if (under) return under
      const made = make()
        .then((picture) => {
          keep(key, picture)
          return picture
        })
        .finally(() => making.delete(key))
      making.set(key, made)
      return made
    },
  }
}
