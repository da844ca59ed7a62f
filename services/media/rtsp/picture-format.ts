// What a sequence parameter set says: size of the picture and the codec's name for browsers (RFC 6381). H.264 (ITU-T H.264 §7.3.2.1.1), H.265 (§7.3.2.2). Pure.
import type { NalCodec } from './nal-units.ts'

export interface PictureFormat {
  readonly width: number
  readonly height: number
  /** e.g. avc1.64001f, hvc1.1.6.L93.B0 */
  readonly codecName: string
  /** chroma_format_idc: 1 is 4:2:0 */
  readonly chroma: number
  /** bits of a luma and of a chroma sample */
  readonly depths: readonly [number, number]
  /** H.265: general profile, tier, compatibility, constraints and level, 12 bytes as in hvcC; H.264: profile, constraints, level */
  readonly profile: Buffer
}

/** The format, or undefined if the SPS cannot be read. Never throws. */
export function readPictureFormat(codec: NalCodec, sps: Buffer): PictureFormat | undefined {
  try {
    const format = codec === 'H264' ? readH264(sps) : readH265(sps)
    const sane = format.width > 0 && format.height > 0 && format.width <= 16_384 && format.height <= 16_384
    return sane ? format : undefined
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** chroma_format_idc → how many luma samples one unit of cropping is, across and down */
const cropUnits = [
  [1, 1],
  [2, 2],
  [2, 1],
  [1, 1],
] as const
const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135])

function readH264(sps: Buffer): PictureFormat {
  const bits = createBits(withoutEmulation(sps.subarray(1)))
  const [profile, constraints, level] = [bits.take(8), bits.take(8), bits.take(8)]
  bits.exp()
  let chroma = 1
  let depths: readonly [number, number] = [8, 8]
  if (highProfiles.has(profile)) {
    chroma = bits.exp()
    if (chroma === 3) bits.take(1)
    depths = [8 + bits.exp(), 8 + bits.exp()]
    bits.take(1)
    const lists = bits.take(1) ? (chroma === 3 ? 12 : 8) : 0
    for (let list = 0; list < lists; list++) if (bits.take(1)) skipScaling(bits, list < 6 ? 16 : 64)
  }
  bits.exp()
  const orderType = bits.exp()
  if (orderType === 0) bits.exp()
  else if (orderType === 1) {
    bits.take(1)
    bits.exp()
    bits.exp()
    for (let left = Math.min(bits.exp(), 255); left > 0; left--) bits.exp()
  }
  bits.exp()
  bits.take(1)
  const across = bits.exp() + 1
  const down = bits.exp() + 1
  const framesOnly = bits.take(1)
  if (!framesOnly) bits.take(1)
  bits.take(1)
  const [left, right, top, bottom] = bits.take(1) ? [bits.exp(), bits.exp(), bits.exp(), bits.exp()] : [0, 0, 0, 0]
  const [x, y] = cropUnits[chroma] ?? [1, 1]
  const rows = 2 - framesOnly
  return {
    width: across * 16 - (left + right) * x,
    height: down * 16 * rows - (top + bottom) * y * rows,
    codecName: `avc1.${Buffer.from([profile, constraints, level]).toString('hex')}`,
    chroma,
    depths,
    profile: Buffer.from([profile, constraints, level]),
  }
}

function skipScaling(bits: Bits, size: number): void {
  for (let [n, last, next] = [0, 8, 8]; n < size; n++) {
    if (next !== 0) {
      const coded = bits.exp()
      next = (last + (coded % 2 === 1 ? (coded + 1) / 2 : -coded / 2) + 256) % 256
    }
    last = next === 0 ? last : next
  }
}

function readH265(sps: Buffer): PictureFormat {
  const bytes = withoutEmulation(sps.subarray(2))
  const bits = createBits(bytes)
  bits.take(4)
  const subLayers = bits.take(3)
  bits.take(1)
  const [space, tier, profile] = [bits.take(2), bits.take(1), bits.take(5)]
  const compatibility = bits.take(32)
  const constraints = Array.from({ length: 6 }, () => bits.take(8))
  const level = bits.take(8)
  const present = Array.from({ length: subLayers }, () => [bits.take(1), bits.take(1)] as const)
  if (subLayers > 0) bits.take(2 * (8 - subLayers))
  for (const [hasProfile, hasLevel] of present) bits.skip((hasProfile ? 88 : 0) + (hasLevel ? 8 : 0))
  bits.exp()
  const chroma = bits.exp()
  if (chroma === 3) bits.take(1)
  const [width, height] = [bits.exp(), bits.exp()]
  const [left, right, top, bottom] = bits.take(1) ? [bits.exp(), bits.exp(), bits.exp(), bits.exp()] : [0, 0, 0, 0]
  const [x, y] = cropUnits[chroma] ?? [1, 1]
  const depths = [8 + bits.exp(), 8 + bits.exp()] as const
  while (constraints.length > 1 && constraints.at(-1) === 0) constraints.pop()
  const parts = [
    `${['', 'A', 'B', 'C'][space]}${profile}`,
    reversed(compatibility).toString(16),
    `${tier ? 'H' : 'L'}${level}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ]
  return {
    width: width - (left + right) * x,
    height: height - (top + bottom) * y,
    codecName: `hvc1.${parts.join('.')}`,
    chroma,
    depths,
    profile: bytes.subarray(1, 13),
  }
}

function reversed(word: number): number {
  let result = 0
  for (let bit = 0; bit < 32; bit++) if (word & (1 << bit)) result |= 1 << (31 - bit)
  return result >>> 0
}

/** 00 00 03 → 00 00 (emulation prevention). */
function withoutEmulation(bytes: Buffer): Buffer {
  const kept = Buffer.alloc(bytes.length)
  let [length, zeros] = [0, 0]
  for (const byte of bytes) {
    if (zeros >= 2 && byte === 3) {
      zeros = 0
      continue
    }
    zeros = byte === 0 ? zeros + 1 : 0
    kept[length++] = byte
  }
  return kept.subarray(0, length)
}

interface Bits {
  take(count: number): number
  skip(count: number): void
  /** an unsigned Exp-Golomb code */
  exp(): number
}

/** Throws RangeError past the end. */
function createBits(bytes: Buffer): Bits {
  let at = 0
  const take = (count: number): number => {
    let value = 0
    for (let left = count; left > 0; left--, at++)
      value = value * 2 + ((bytes.readUInt8(at >> 3) >> (7 - (at & 7))) & 1)
    return value
  }
  return {
    take,
    skip(count) {
      at += count
    },
    exp() {
      let zeros = 0
      while (take(1) === 0) if (++zeros > 31) throw new RangeError('no Exp-Golomb code')
      return 2 ** zeros - 1 + take(zeros)
    },
  }
}
