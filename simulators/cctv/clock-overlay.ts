// The date and time that cameras write into their picture, in a small dot font.

const glyphs: Readonly<Record<string, readonly number[]>> = {
  // five columns of seven dots, lowest bit on top
  '0': [0x3e, 0x51, 0x49, 0x45, 0x3e],
  '1': [0x00, 0x42, 0x7f, 0x40, 0x00],
  '2': [0x42, 0x61, 0x51, 0x49, 0x46],
  '3': [0x21, 0x41, 0x45, 0x4b, 0x31],
  '4': [0x18, 0x14, 0x12, 0x7f, 0x10],
  '5': [0x27, 0x45, 0x45, 0x45, 0x39],
  '6': [0x3c, 0x4a, 0x49, 0x49, 0x30],
  '7': [0x01, 0x71, 0x09, 0x05, 0x03],
  '8': [0x36, 0x49, 0x49, 0x49, 0x36],
  '9': [0x06, 0x49, 0x49, 0x29, 0x1e],
  ':': [0x00, 0x36, 0x36, 0x00, 0x00],
  '-': [0x08, 0x08, 0x08, 0x08, 0x08],
}

/** Writes `YYYY-MM-DD hh:mm:ss` of a local time into RGBA pixels, top left, white on a dark rim. `offsetMinutes`: of the place from UTC. */
export function stampTime(pixels: Uint8ClampedArray, width: number, at: number, offsetMinutes = 480): void {
  const text = new Date(at + offsetMinutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')
  const dot = 2
  for (const dark of [true, false]) {
    let left = 10
    for (const letter of text) {
      for (const [column, bits] of (glyphs[letter] ?? []).entries())
        for (let row = 0; row < 7; row++)
          if (bits & (1 << row))
            fill(
              pixels,
              width,
              left + column * dot - (dark ? 1 : 0),
              8 + row * dot - (dark ? 1 : 0),
              dot + (dark ? 2 : 0),
              dark ? 25 : 240,
            )
      left += 6 * dot
    }
  }
}

function fill(pixels: Uint8ClampedArray, width: number, left: number, top: number, size: number, value: number): void {
  for (let y = top; y < top + size; y++)
    for (let x = left; x < left + size; x++) {
      const at = (y * width + x) * 4
      pixels[at] = pixels[at + 1] = pixels[at + 2] = value
    }
}
