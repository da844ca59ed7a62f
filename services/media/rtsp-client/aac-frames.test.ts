// AAC over RTP (RFC 3640): what was packed together or split comes out again; what is lost costs no more than itself; garbage costs nothing.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RtpPacket } from '../rtsp/rtp.ts'
import { createAacReader, readAacFormat } from './aac-frames.ts'

const hbr = 'streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3'
const track = (format: string, more: object = {}) => ({
  kind: 'audio' as const,
  codec: 'MPEG4-GENERIC',
  clockRate: 16_000,
  format,
  ...more,
})
const format = readAacFormat(track(`${hbr};config=1408`))!

const rtp = (sequence: number, timestamp: number, payload: Buffer, marker = true): RtpPacket => ({
  marker,
  payloadType: 97,
  sequence: sequence & 0xffff,
  timestamp,
  source: 1,
  payload,
})
/** AU-headers of 13 bits of size and 3 of index, then the data. */
function payload(sizes: readonly number[], data: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(2 + 2 * sizes.length)
  head.writeUInt16BE(16 * sizes.length)
  for (const [n, size] of sizes.entries()) head.writeUInt16BE(size << 3, 2 + 2 * n)
  return Buffer.concat([head, ...data])
}

const frame = fc.uint8Array({ minLength: 1, maxLength: 900 }).map((bytes) => Buffer.from(bytes))

describe('AAC out of RTP', () => {
  it.each([
    ['mono at 16 kHz', `${hbr};config=1408`, { sampleRate: 16_000, channels: 1 }],
    [
      'stereo at 44.1 kHz, names in capitals',
      `MODE=aac-hbr; SizeLength=13; IndexLength=3; config=1210`,
      { sampleRate: 44_100, channels: 2 },
    ],
    ['a rate that is written out', `${hbr};config=17801F400880`, { sampleRate: 16_000, channels: 1 }],
  ])('reads the description: %s', (_, text, audio) =>
    expect(readAacFormat(track(text))?.audio).toMatchObject({ codec: 'aac', ...audio }),
  )

  it.each([
    ['PCMA', { codec: 'PCMA' }],
    ['LATM', { codec: 'MP4A-LATM' }],
    ['CELP', { format: 'mode=CELP-cbr;config=1408;sizelength=6' }],
    ['no configuration', { format: hbr }],
    ['sizes of no bits', { format: 'mode=AAC-hbr;config=1408' }],
    ['no rate', { format: `${hbr};config=16f8` }],
  ])('passes over %s', (_, more) => expect(readAacFormat(track(`${hbr};config=1408`, more))).toBeUndefined())

  it('gives frames of one packet and of many, each with its timestamp', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(frame, { minLength: 1, maxLength: 5 }), { maxLength: 8 }),
        fc.boolean(),
        (groups, split) => {
          const reader = createAacReader(format)
          let [sequence, timestamp] = [65_530, 0xffff_f000]
          const out = groups.flatMap((frames) => {
            const [first = Buffer.alloc(0)] = frames
            const packets =
              split && frames.length === 1 && first.length > 1
                ? [first.subarray(0, first.length >> 1), first.subarray(first.length >> 1)].map((part) =>
                    rtp(sequence++, timestamp, payload([first.length], [part])),
                  )
                : [
                    rtp(
                      sequence++,
                      timestamp,
                      payload(
                        frames.map(({ length }) => length),
                        frames,
                      ),
                    ),
                  ]
            timestamp = (timestamp + frames.length * 1024) >>> 0
            return packets.flatMap((packet) => reader.push(packet))
          })
          expect(out.map(({ bytes }) => bytes)).toEqual(groups.flat())
          expect(out.map((each) => each.timestamp)).toEqual(groups.flat().map((_, n) => (0xffff_f000 + n * 1024) >>> 0))
        },
      ),
    )
  })

  it('loses a frame of which a packet is missing, and no other', () => {
    const reader = createAacReader(format)
    const part = Buffer.alloc(50, 1)
    expect(reader.push(rtp(1, 0, payload([150], [part])))).toEqual([])
    expect(reader.push(rtp(3, 0, payload([150], [part])))).toEqual([])
    expect(reader.push(rtp(4, 1024, payload([50], [part])))).toEqual([{ bytes: part, timestamp: 1024 }])
  })

  it('never throws on garbage, and never gives an empty frame', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(2), fc.uint8Array({ maxLength: 60 }))), (packets) => {
        const reader = createAacReader(format)
        for (const [n, [timestamp, bytes]] of packets.entries())
          for (const { bytes: out } of reader.push(rtp(n, timestamp, Buffer.from(bytes))))
            expect(out.length).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
})
