// Where a photo was taken, from the GPS part of its EXIF block (EXIF 2.32 §4.6.6 on TIFF 6.0). Pure.

/** [longitude, latitude] in degrees, WGS-84; undefined where there is none, no fix (0, 0), or the block is damaged. */
export function placeOf(exif: Uint8Array | undefined): [number, number] | undefined {
  if (!exif) return undefined
  try {
    const bytes = Buffer.from(exif.buffer, exif.byteOffset, exif.byteLength)
    const start = bytes.subarray(0, 4).toString('latin1') === 'Exif' ? 6 : 0
    const tiff = tiffOf(bytes.subarray(start))
    if (tiff === undefined) return undefined
    const gps = entry(tiff, tiff.long(4), gpsPointer)
    if (gps === undefined) return undefined
    const directory = tiff.long(gps + 8)
    const latitude = degrees(tiff, directory, tags.latitude, 'S')
    const longitude = degrees(tiff, directory, tags.longitude, 'W')
    if (latitude === undefined || longitude === undefined) return undefined
    const possible = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180
    return possible && (latitude !== 0 || longitude !== 0) ? [longitude, latitude] : undefined
  } catch (error) {
    // offsets that point out of the block
    if (error instanceof RangeError) return undefined
    throw error
  }
}

const gpsPointer = 0x8825
const tags = { latitude: 2, longitude: 4 } as const

interface Tiff {
  readonly bytes: Buffer
  short(offset: number): number
  long(offset: number): number
}

function tiffOf(bytes: Buffer): Tiff | undefined {
  const order = bytes.subarray(0, 2).toString('latin1')
  if (order !== 'II' && order !== 'MM') return undefined
  const little = order === 'II'
  return {
    bytes,
    short: (offset) => (little ? bytes.readUInt16LE(offset) : bytes.readUInt16BE(offset)),
    long: (offset) => (little ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset)),
  }
}

/** Offset of the directory's entry (12 bytes: tag, type, count, value or its offset) of a tag. */
function entry(tiff: Tiff, directory: number, tag: number): number | undefined {
  const count = tiff.short(directory)
  for (let index = 0; index < count; index++) {
    const offset = directory + 2 + index * 12
    if (tiff.short(offset) === tag) return offset
  }
  return undefined
}

/** Degrees, minutes and seconds as three rationals; the tag before names the hemisphere. */
function degrees(tiff: Tiff, directory: number, tag: number, negative: string): number | undefined {
  const value = entry(tiff, directory, tag)
  const hemisphere = entry(tiff, directory, tag - 1)
  if (value === undefined || hemisphere === undefined) return undefined
  const at = tiff.long(value + 8)
  const part = (index: number) => tiff.long(at + index * 8) / tiff.long(at + index * 8 + 4)
  const sum = part(0) + part(1) / 60 + part(2) / 3600
  if (!Number.isFinite(sum)) return undefined
  return String.fromCharCode(tiff.bytes.readUInt8(hemisphere + 8)) === negative ? -sum : sum
}
