// A time burnt into a picture so that a machine reads it back: a row of blocks along the top, white, black, then 24 bits of milliseconds.

const bits = 24
const blocks = bits + 2
const span = 2 ** bits

/** Paints the time (ms since the epoch) into RGBA pixels. */
export function burnTime(pixels: Uint8ClampedArray, width: number, time: number): void {
  const block = Math.floor(width / blocks)
  const value = Math.round(time) % span
  for (let n = 0; n < blocks; n++) {
    const white = n === 0 || (n > 1 && (value >> (blocks - 1 - n)) & 1)
    for (let y = 0; y < block; y++) {
      const from = (y * width + n * block) * 4
      pixels.fill(white ? 235 : 20, from, from + block * 4)
    }
  }
}

/** Milliseconds between the time in grey pixels of the same width and now; undefined if there is no time in them. */
export function ageOf(grey: Uint8Array, width: number, now: number): number | undefined {
  const block = Math.floor(width / blocks)
  const at = (n: number) => grey[Math.floor(block / 2) * width + n * block + Math.floor(block / 2)] ?? 0
  if (at(0) < 180 || at(1) > 70) return undefined
  let value = 0
  for (let n = 2; n < blocks; n++) value = value * 2 + (at(n) > 127 ? 1 : 0)
  return ((now % span) - value + span) % span
}
