// NAL units out of what FFmpeg's packets hold: Annex B (start codes) or length-prefixed, as MP4 files have them with their avcC or hvcC. Pure.
import type { NalCodec } from './nal-units.ts'

/** How NAL units are told apart in packets: after start codes, or by a length of so many bytes before each. */
export type NalFraming = 'annex-b' | 1 | 2 | 3 | 4

export interface CodecRecord {
  readonly framing: NalFraming
  /** SPS, PPS (VPS for H.265), in decoding order */
  readonly parameterSets: readonly Buffer[]
}

/** The units in a packet; what is cut off or makes no sense is left out. Never throws. */
export function splitUnits(bytes: Buffer, framing: NalFraming): Buffer[] {
  return framing === 'annex-b' ? splitAtStartCodes(bytes) : splitByLength(bytes, framing)
}

/** Reads extra data: Annex B parameter sets, avcC (ISO/IEC 14496-15 §5.3.3.1) or hvcC (§8.3.3.1). Never throws. */
export function readCodecRecord(codec: NalCodec, extraData: Buffer | undefined): CodecRecord {
  if (!extraData || extraData.length < 7) return { framing: 'annex-b', parameterSets: [] }
  if (extraData[0] === 0) return { framing: 'annex-b', parameterSets: splitAtStartCodes(extraData) }
  const parameterSets: Buffer[] = []
  let at = codec === 'H264' ? 5 : 22
  const take = (count: number) => {
    for (let n = 0; n < count && at + 2 <= extraData.length; n++) {
      const length = extraData.readUInt16BE(at)
      if (length > 0 && at + 2 + length <= extraData.length) {
        parameterSets.push(extraData.subarray(at + 2, at + 2 + length))
      }
      at += 2 + length
    }
  }
  const byte = () => extraData[at++] ?? 0
  if (codec === 'H264') {
    take(byte() & 0x1f)
    take(byte())
    return { framing: lengthSize(extraData[4]), parameterSets }
  }
  for (let arrays = byte(); arrays > 0 && at + 3 <= extraData.length; arrays--) {
    at++
    const count = extraData.readUInt16BE(at)
    at += 2
    take(count)
  }
  return { framing: lengthSize(extraData[21]), parameterSets }
}

const lengthSize = (byte: number | undefined) => (((byte ?? 3) & 3) + 1) as 1 | 2 | 3 | 4

function splitAtStartCodes(bytes: Buffer): Buffer[] {
  const units: Buffer[] = []
  const code = Buffer.from([0, 0, 1])
  let begin = -1
  for (let at = bytes.indexOf(code); at >= 0; at = bytes.indexOf(code, at + 3)) {
    if (begin >= 0) units.push(withoutTrailingZeros(bytes.subarray(begin, at)))
    begin = at + 3
  }
  if (begin >= 0) units.push(withoutTrailingZeros(bytes.subarray(begin)))
  return units.filter(({ length }) => length > 0)
}

/** A zero before a start code belongs to it; no NAL unit ends with one. */
function withoutTrailingZeros(unit: Buffer): Buffer {
  let end = unit.length
  while (end > 0 && unit[end - 1] === 0) end--
  return unit.subarray(0, end)
}

function splitByLength(bytes: Buffer, size: 1 | 2 | 3 | 4): Buffer[] {
  const units: Buffer[] = []
  for (let at = 0; at + size <= bytes.length; ) {
    const length = bytes.readUIntBE(at, size)
    if (length > 0 && at + size + length <= bytes.length) units.push(bytes.subarray(at + size, at + size + length))
    at += size + length
  }
  return units
}
