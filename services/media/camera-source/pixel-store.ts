// Memory for the cuts of one camera, used again frame after frame. It is shared memory: an inference thread reads it without a copy.

export interface PixelStore {
  /** Memory of so many bytes, with whatever was in it. */
  take(bytes: number): Uint8Array<ArrayBufferLike>
  /** Gives memory back that nobody reads any more. */
  giveBack(pixels: Uint8Array<ArrayBufferLike>): void
}

/** `spare`: so many pieces of each size are kept for the next frames. */
export function createPixelStore(spare: number): PixelStore {
  const free = new Map<number, Uint8Array<ArrayBufferLike>[]>()
  return {
    take: (bytes) => free.get(bytes)?.pop() ?? new Uint8Array(new SharedArrayBuffer(bytes)),
    giveBack(pixels) {
      const pieces = free.get(pixels.length)
      if (pieces === undefined) free.set(pixels.length, [pixels])
      else if (pieces.length < spare) pieces.push(pixels)
    },
  }
}
