// NAL units inside RTP payloads of H.264 (RFC 6184) and H.265 (RFC 7798): which packets begin a key frame, and which carry parameter sets.

export type NalCodec = 'H264' | 'H265'

export type NalRole = 'vps' | 'sps' | 'pps' | 'key' | 'other'

/** What the first NAL unit of an RTP payload is; `undefined` for a fragment that does not begin one, or garbage. */
export function startingRole(codec: NalCodec, payload: Buffer): NalRole | undefined {
  const units = unitsOf(codec, payload)
  if (units.length > 0) {
    const roles = units.map((unit) => roleOf(codec, unit))
    return roles.find((role) => role !== 'other') ?? 'other'
  }
  const fragment = readFragment(codec, payload)
  return fragment?.start ? roleOf(codec, fragment.header) : undefined
}

/** The whole NAL units in a payload: a single one, or those of an aggregate; none for fragments and garbage. */
export function unitsOf(codec: NalCodec, payload: Buffer): Buffer[] {
  if (payload.length < (codec === 'H264' ? 1 : 2)) return []
  const type = typeOf(codec, payload)
  if (codec === 'H264') {
    if (type >= 1 && type <= 23) return [payload]
    return type === 24 ? aggregated(payload, 1) : []
  }
  if (type < 48) return [payload]
  return type === 48 ? aggregated(payload, 2) : []
}

export interface Fragment {
  readonly start: boolean
  readonly end: boolean
  /** the header of the NAL unit that the fragment belongs to */
  readonly header: Buffer
  readonly content: Buffer
}

/** A fragmentation unit (FU-A; FU of H.265), or undefined if the payload is none. */
export function readFragment(codec: NalCodec, payload: Buffer): Fragment | undefined {
  const type = payload.length > 0 ? typeOf(codec, payload) : 0
  if (codec === 'H264') {
    if (type !== 28 || payload.length < 2) return undefined
    const fu = payload.readUInt8(1)
    const header = Buffer.from([(payload.readUInt8(0) & 0xe0) | (fu & 0x1f)])
    return { start: (fu & 0x80) !== 0, end: (fu & 0x40) !== 0, header, content: payload.subarray(2) }
  }
  if (type !== 49 || payload.length < 3) return undefined
  const fu = payload.readUInt8(2)
  const header = Buffer.from([(payload.readUInt8(0) & 0x81) | ((fu & 0x3f) << 1), payload.readUInt8(1)])
  return { start: (fu & 0x80) !== 0, end: (fu & 0x40) !== 0, header, content: payload.subarray(3) }
}

/** What a NAL unit is to someone who wants to begin decoding. */
export function roleOf(codec: NalCodec, unit: Buffer): NalRole {
  const type = typeOf(codec, unit)
  if (codec === 'H264') return type === 5 ? 'key' : type === 7 ? 'sps' : type === 8 ? 'pps' : 'other'
  if (type >= 16 && type <= 23) return 'key'
  return type === 32 ? 'vps' : type === 33 ? 'sps' : type === 34 ? 'pps' : 'other'
}

function typeOf(codec: NalCodec, unit: Buffer): number {
  const first = unit[0] ?? 0
  return codec === 'H264' ? first & 0x1f : (first >> 1) & 0x3f
}

function aggregated(payload: Buffer, headerLength: number): Buffer[] {
  const units: Buffer[] = []
  let position = headerLength
  while (position + 2 <= payload.length) {
    const length = payload.readUInt16BE(position)
    const end = position + 2 + length
    if (length < headerLength || end > payload.length) return []
    units.push(payload.subarray(position + 2, end))
    position = end
  }
  return units
}
