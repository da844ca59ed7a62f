// RTP payloads of H.264 and H.265 → access units (all NAL units of one picture) in Annex B form, as decoders take them. Pure; never throws.
import { type NalCodec, readFragment, roleOf, unitsOf } from '../rtsp/nal-units.ts'
import type { RtpPacket } from '../rtsp/rtp.ts'

export interface AccessUnit {
  /** Annex B: each NAL unit after 00 00 00 01 */
  readonly bytes: Buffer
  /** RTP timestamp */
  readonly timestamp: number
  /** decoding can begin here */
  readonly key: boolean
}

export interface AccessUnitReader {
  /** The units that this packet completes; none most of the time. */
  push(packet: RtpPacket): AccessUnit[]
  /** Access units given up because packets were missing or made no sense, so far. */
  readonly lost: number
}

/** Larger access units are given up (8K intra frames stay well below). */
const maximumBytes = 16 * 1024 * 1024
const startCode = Buffer.from([0, 0, 0, 1])

/** A reader for one track. Nothing comes out before the first unit at which decoding can begin. */
export function createAccessUnitReader(codec: NalCodec): AccessUnitReader {
  let parts: Buffer[] = []
  let size = 0
  let timestamp: number | undefined
  let key = false
  let parameterSets = false
  let broken = false
  let inFragment = false
  let expected: number | undefined
  let begun = false
  let lost = 0

  const reset = () => {
    parts = []
    size = 0
    timestamp = undefined
    key = false
    parameterSets = false
    broken = false
    inFragment = false
  }

  const add = (...pieces: Buffer[]) => {
    for (const piece of pieces) size += piece.length
    if (size > maximumBytes) broken = true
    else parts.push(...pieces)
  }

  const note = (header: Buffer) => {
    const role = roleOf(codec, header)
    if (role === 'key') key = true
    else if (role !== 'other') parameterSets = true
  }

  const finish = (): AccessUnit[] => {
    const whole = !broken && !inFragment && size > 0 && timestamp !== undefined
    // Encoders with periodic intra refresh send no IDR: parameter sets then mark where to begin.
    const unit = whole
      ? { bytes: Buffer.concat(parts, size), timestamp: timestamp ?? 0, key: key || parameterSets }
      : undefined
    if (!unit && timestamp !== undefined) lost++
    reset()
    if (!unit || !(begun || unit.key)) return []
    begun = true
    return [unit]
  }

  return {
    get lost() {
      return lost
    },
    push(packet) {
      const done: AccessUnit[] = []
      if (timestamp !== undefined && packet.timestamp !== timestamp) done.push(...finish())
      if (expected !== undefined && packet.sequence !== expected) broken = true
      expected = (packet.sequence + 1) & 0xffff
      timestamp = packet.timestamp
      const fragment = readFragment(codec, packet.payload)
      if (fragment) {
        if (fragment.start) {
          note(fragment.header)
          add(startCode, fragment.header)
          inFragment = true
        } else if (!inFragment) broken = true
        add(fragment.content)
        if (fragment.end) inFragment = false
      } else {
        const units = unitsOf(codec, packet.payload)
        if (units.length === 0 || inFragment) broken = true
        for (const unit of units) {
          note(unit)
          add(startCode, unit)
        }
      }
      if (packet.marker) done.push(...finish())
      return done
    },
  }
}
