// Packets → access units: what a packetiser splits comes together again; losses cost only the pictures that they touch; garbage costs nothing else.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { NalCodec } from '../rtsp/nal-units.ts'
import type { RtpPacket } from '../rtsp/rtp.ts'
import { createAccessUnitReader } from './access-units.ts'
import { createReorderBuffer } from './reorder-buffer.ts'
import { readRtspAddress, trackUrl } from './rtsp-address.ts'

let sequence = 0
const packet = (timestamp: number, payload: Buffer, marker = false): RtpPacket => ({
  marker,
  payloadType: 96,
  sequence: sequence++ & 0xffff,
  timestamp,
  source: 1,
  payload,
})

/** Splits NAL units into packets as RFC 6184 and RFC 7798 say: small ones alone, large ones in fragments. */
function packetise(codec: NalCodec, timestamp: number, units: Buffer[], size: number): RtpPacket[] {
  const packets = units.flatMap((unit) => {
    if (unit.length <= size) return [packet(timestamp, unit)]
    const head = codec === 'H264' ? 1 : 2
    const type = codec === 'H264' ? unit[0]! & 0x1f : (unit[0]! >> 1) & 0x3f
    const indicator = codec === 'H264' ? [(unit[0]! & 0xe0) | 28] : [(unit[0]! & 0x81) | (49 << 1), unit[1]!]
    const pieces: RtpPacket[] = []
    for (let at = head; at < unit.length; at += size) {
      const start = at === head ? 0x80 : 0
      const end = at + size >= unit.length ? 0x40 : 0
      pieces.push(
        packet(
          timestamp,
          Buffer.concat([Buffer.from([...indicator, start | end | type]), unit.subarray(at, at + size)]),
        ),
      )
    }
    return pieces
  })
  const last = packets.pop()
  return last ? [...packets, { ...last, marker: true }] : packets
}

const annexB = (units: Buffer[]) => Buffer.concat(units.flatMap((unit) => [Buffer.from([0, 0, 0, 1]), unit]))
const key: Record<NalCodec, number[]> = { H264: [0x65], H265: [0x26, 1] }
const plain: Record<NalCodec, number[]> = { H264: [0x41], H265: [0x02, 1] }
const body = fc.uint8Array({ minLength: 1, maxLength: 400 })

describe.each(['H264', 'H265'] as const)('access units of %s', (codec) => {
  it('come together again, however they were split', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(body, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 10, max: 200 }),
        (pictures, size) => {
          const reader = createAccessUnitReader(codec)
          pictures.forEach((bodies, index) => {
            const units = bodies.map((content) => Buffer.from([...(index === 0 ? key : plain)[codec], ...content]))
            const out = packetise(codec, index * 3000, units, size).flatMap((each) => reader.push(each))
            expect(out).toEqual([{ bytes: annexB(units), timestamp: index * 3000, key: index === 0 }])
          })
          expect(reader.lost).toBe(0)
        },
      ),
    )
  })

  it('begin with a key frame, and lose only what a missing packet touches', () => {
    const reader = createAccessUnitReader(codec)
    const picture = (timestamp: number, start: number[]) =>
      packetise(codec, timestamp, [Buffer.from([...start, ...Array(50).fill(7)])], 20)
    const give = (packets: RtpPacket[]) =>
      packets.flatMap((each) => reader.push(each)).map(({ timestamp }) => timestamp)
    expect(give(picture(0, plain[codec]))).toEqual([])
    expect(give(picture(1, key[codec]))).toEqual([1])
    expect(give(picture(2, plain[codec]).filter((_, index) => index !== 1))).toEqual([])
    expect(give(picture(3, plain[codec]))).toEqual([3])
    expect(give(picture(4, plain[codec]).slice(0, -1))).toEqual([])
    expect(reader.lost).toBe(1)
  })

  it('never throw on garbage', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(3), fc.uint8Array({ maxLength: 40 }), fc.boolean())), (packets) => {
        const reader = createAccessUnitReader(codec)
        for (const [timestamp, payload, marker] of packets) reader.push(packet(timestamp, Buffer.from(payload), marker))
      }),
      { numRuns: 500 },
    )
  })
})

describe('the reorder buffer', () => {
  it('restores the order, waits for few, and forgets copies and what is late', () => {
    const put = createReorderBuffer<{ sequence: number }>(3)
    const give = (...numbers: number[]) =>
      numbers.flatMap((number) => put({ sequence: number & 0xffff })).map((each) => each.sequence)
    expect(give(65_534, 0, 65_535)).toEqual([65_534, 65_535, 0])
    expect(give(0, 65_530)).toEqual([])
    expect(give(2, 3, 4)).toEqual([])
    expect(give(5)).toEqual([2, 3, 4, 5])
    expect(give(1)).toEqual([])
    expect(give(20_000)).toEqual([20_000])
  })
})

describe('RTSP addresses', () => {
  it.each([
    ['rtsp://10.0.0.1/a', { host: '10.0.0.1', port: 554, url: 'rtsp://10.0.0.1/a', credential: undefined }],
    [
      'rtsp://u:p%40%2F@cam:8554/a/b?c=1',
      { port: 8554, url: 'rtsp://cam:8554/a/b?c=1', credential: { user: 'u', password: 'p@/' } },
    ],
    ['rtsp://u:p@q@[::1]:99/x', { host: '::1', port: 99, credential: { user: 'u', password: 'p@q' } }],
    ['rtsps://u:100%@h', { port: 322, tls: true, url: 'rtsps://h/', credential: { user: 'u', password: '100%' } }],
  ])('%s', (source, expected) => {
    expect(readRtspAddress(source)).toMatchObject(expected)
  })

  it('refuses what is none, without telling a password', () => {
    for (const source of ['rtsp://', 'http://a/b', 'rtsp://u:secret@:1/x', 'rtsp://u:secret@h:99999/'])
      expect(() => readRtspAddress(source)).toThrowError(
        expect.objectContaining({ code: 'QLY_STREAM_UNREADABLE', message: expect.not.stringContaining('secret') }),
      )
  })

  it('joins controls as cameras mean them', () => {
    expect(trackUrl('rtsp://h/a/', 'trackID=1')).toBe('rtsp://h/a/trackID=1')
    expect(trackUrl('rtsp://h/a?channel=1', 'trackID=1')).toBe('rtsp://h/a?channel=1/trackID=1')
    expect(trackUrl('rtsp://h/a', 'rtsp://u:p@h/a/v')).toBe('rtsp://h/a/v')
    expect(trackUrl('rtsp://h/a', '*')).toBe('rtsp://h/a')
  })
})
