// The parameter sets that an access unit in Annex B form brings along: what a decoder must have before it begins. Pure; never throws.

const startCode = Buffer.from([0, 0, 0, 1])

/** VPS, SPS, PPS before the first picture slice, each after a start code; undefined if there is no SPS among them. */
export function parameterSetsIn(codec: 'h264' | 'hevc', unit: Buffer): Buffer | undefined {
  const sets: Buffer[] = []
  let sps = false
  for (const nal of nalUnits(unit)) {
    const type = typeOf(codec, nal)
    if (isSlice(codec, type)) break
    if (codec === 'h264' ? type !== 7 && type !== 8 : type < 32 || type > 34) continue
    if (type === (codec === 'h264' ? 7 : 33)) sps = true
    sets.push(startCode, nal)
  }
  return sps ? Buffer.concat(sets) : undefined
}

/**
 * The parameter sets in what describes a stream, in an order of their own: the same for Annex B as a camera sends it and for the avcC or hvcC that a file of it has
 * (ISO/IEC 14496-15 §5.3.3.1, §8.3.3.1).
 */
export function describedSets(codec: 'h264' | 'hevc', extraData: Buffer): Buffer[] {
  const units =
    extraData[0] === 1 ? [...(codec === 'h264' ? avcUnits : hevcUnits)(extraData)] : [...nalUnits(extraData)]
  const sets = units.filter((unit) => {
    const type = typeOf(codec, unit)
    return codec === 'h264' ? type === 7 || type === 8 : type >= 32 && type <= 34
  })
  return sets.toSorted(Buffer.compare).filter((set, n, all) => n === 0 || !set.equals(all[n - 1] as Buffer))
}

function* avcUnits(record: Buffer): Generator<Buffer> {
  let at = 5
  // the counts of SPS and of PPS; only the first shares its byte
  for (const mask of [0x1f, 0xff]) {
    const count = (record[at++] ?? 0) & mask
    for (let n = 0; n < count && at + 2 <= record.length; n++) {
      const end = at + 2 + record.readUInt16BE(at)
      yield record.subarray(at + 2, end)
      at = end
    }
  }
}

function* hevcUnits(record: Buffer): Generator<Buffer> {
  let at = 23
  for (let arrays = record[22] ?? 0; arrays > 0 && at + 3 <= record.length; arrays--) {
    const count = record.readUInt16BE(at + 1)
    at += 3
    for (let n = 0; n < count && at + 2 <= record.length; n++) {
      const end = at + 2 + record.readUInt16BE(at)
      yield record.subarray(at + 2, end)
      at = end
    }
  }
}

/** NAL types of pictures: ITU-T H.264 table 7-1 (1 to 5), H.265 table 7-1 (0 to 31). */
const isSlice = (codec: 'h264' | 'hevc', type: number): boolean =>
  codec === 'h264' ? type >= 1 && type <= 5 : type < 32

const typeOf = (codec: 'h264' | 'hevc', nal: Buffer): number =>
  codec === 'h264' ? (nal[0] ?? 0) & 0x1f : ((nal[0] ?? 0) >> 1) & 0x3f

/** Splits at 00 00 01, lazily: the slices of a large picture are never searched. */
function* nalUnits(unit: Buffer): Generator<Buffer> {
  let from = nextStart(unit, 0)
  while (from < unit.length) {
    const type = from
    const next = nextStart(unit, type)
    const end = next >= unit.length ? unit.length : next - (unit[next - 4] === 0 ? 4 : 3)
    if (end > type) yield unit.subarray(type, end)
    from = next
  }
}

/** Where the NAL unit after the next start code begins; the length if there is none. */
function nextStart(unit: Buffer, from: number): number {
  const found = unit.indexOf(startCode.subarray(1), from)
  return found < 0 ? unit.length : found + 3
}
