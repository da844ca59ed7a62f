// G.711 becomes AAC that decodes to the same tone, at its own times, over holes and jumps; sound that nobody can play is told from it.

import fc from 'fast-check'
import {
  AV_CODEC_ID_AAC,
  AV_CODEC_ID_PCM_ALAW,
  AV_CODEC_ID_PCM_MULAW,
  Codec,
  CodecContext,
  Frame,
  Packet,
} from 'node-av'
import { describe, expect, it } from 'vitest'
import type { RtpPacket } from '../rtsp/rtp.ts'
import type { Track } from '../rtsp/session-description.ts'
import type { AacFrame } from '../rtsp-client/aac-frames.ts'
import { decodeG711 } from './g711.ts'
import { canHear, createSoundReader } from './sound-reader.ts'

const track = (codec: string, clockRate = 8000, map = `${codec}/${clockRate}`): Track => ({
  kind: 'audio',
  payloadType: 8,
  codec,
  clockRate,
  control: '',
  format: '',
  map,
})
const rtp = (timestamp: number, payload: Buffer): RtpPacket => ({
  marker: false,
  payloadType: 8,
  sequence: 0,
  timestamp: timestamp >>> 0,
  source: 1,
  payload,
})

/** What FFmpeg makes of coded bytes. */
function decode(
  codec: number,
  chunks: readonly Uint8Array[],
  options: { extraData?: Buffer; sampleRate?: number } = {},
): number[] {
  const decoder = Codec.findDecoder(codec as never)!
  const context = new CodecContext()
  context.allocContext3(decoder)
  if (options.extraData) context.extraData = options.extraData
  context.sampleRate = options.sampleRate ?? 8000
  context.channelLayout = { nbChannels: 1, order: 1, mask: 4n } as never
  expect(context.open2Sync(decoder, null)).toBe(0)
  const [packet, frame, samples] = [new Packet(), new Frame(), [] as number[]]
  packet.alloc()
  frame.alloc()
  for (const bytes of chunks) {
    packet.data = Buffer.from(bytes)
    expect(context.sendPacketSync(packet)).toBe(0)
    packet.unref()
    while (context.receiveFrameSync(frame) >= 0) {
      const bytes = Buffer.concat([frame.data![0]!])
      const count = frame.nbSamples
      for (let n = 0; n < count; n++)
        samples.push(codec === AV_CODEC_ID_AAC ? bytes.readFloatLE(4 * n) : bytes.readInt16LE(2 * n) / 32_768)
      frame.unref()
    }
  }
  frame.free()
  packet.free()
  context.freeContext()
  return samples
}

/** A tone in A-law, made by searching the code whose sample is nearest. */
function tone(hertz: number, count: number, from = 0): Buffer {
  const codes = decodeG711(
    'a',
    Uint8Array.from({ length: 256 }, (_, code) => code),
  )
  return Buffer.from(
    Array.from({ length: count }, (_, n) => {
      const wanted = 0.5 * Math.sin((2 * Math.PI * hertz * (n + from)) / 8000)
      let best = 0
      for (let code = 1; code < 256; code++)
        if (Math.abs((codes[code] ?? 0) - wanted) < Math.abs((codes[best] ?? 0) - wanted)) best = code
      return best
    }),
  )
}

/** How often it passes zero upwards, a second. */
const pitchOf = (samples: readonly number[]) =>
  (8000 * samples.filter((value, n) => value >= 0 && (samples[n - 1] ?? 0) < 0).length) / samples.length

describe('G.711', () => {
  it.each([
    ['a', AV_CODEC_ID_PCM_ALAW],
    ['mu', AV_CODEC_ID_PCM_MULAW],
  ] as const)('%s-law: each of its 256 codes is what FFmpeg makes of it', (law, codec) => {
    const codes = Uint8Array.from({ length: 256 }, (_, code) => code)
    expect([...decodeG711(law, codes)]).toEqual(decode(codec, [codes]))
  })
})

describe('a camera that sends G.711', () => {
  it('is heard as AAC: the same tone, each frame at the time of its first sample', () => {
    const reader = createSoundReader(track('PCMA'))!
    const start = 2 ** 32 - 4000
    const frames: AacFrame[] = []
    for (let at = 0; at < 40_000; at += 160) frames.push(...reader.push(rtp(start + at, tone(440, 160, at))))
    reader.close()
    expect(reader.audio).toMatchObject({ codec: 'aac', sampleRate: 8000, channels: 1 })
    expect(frames.map(({ timestamp }) => timestamp)).toEqual(
      Array.from({ length: frames.length }, (_, n) => (start + 1024 * n) >>> 0),
    )
    expect(frames.length).toBeGreaterThanOrEqual(37)
    const samples = decode(
      AV_CODEC_ID_AAC,
      frames.map(({ bytes }) => bytes),
      { extraData: reader.audio.extraData },
    )
    expect(pitchOf(samples.slice(4000))).toBeCloseTo(440, -1)
    expect(Math.max(...samples.slice(4000))).toBeGreaterThan(0.4)
  })

  it('a lost packet is silence, a repeated one nothing, a jump begins anew', () => {
    const reader = createSoundReader(track('PCMU', 16_000))!
    const send = (from: number, to: number) => {
      const frames: AacFrame[] = []
      for (let at = from; at < to; at += 320) frames.push(...reader.push(rtp(at, Buffer.alloc(320, 0xff))))
      return frames.map(({ timestamp }) => timestamp)
    }
    expect([...send(0, 3200), ...send(3520, 6400)]).toEqual([0, 1024, 2048, 3072])
    expect(send(0, 640)).toEqual([])
    const after = send(160_000, 164_800)
    expect(after).toEqual([160_000, 161_024])
    reader.close()
  })

  it('may send anything: nothing throws, and what comes out is bounded', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -20_000, max: 20_000 }), fc.uint8Array({ maxLength: 3000 })), {
          maxLength: 20,
        }),
        (packets) => {
          const reader = createSoundReader(track('PCMA'))!
          let at = 1e6
          const times = packets.flatMap(([step, bytes]) => {
            at += step
            return reader.push(rtp(at, Buffer.from(bytes))).map(({ timestamp }) => timestamp)
          })
          reader.close()
          expect(times.length).toBeLessThanOrEqual(20 * 12)
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('what can be heard', () => {
  it.each([
    ['PCMA', track('PCMA'), true],
    ['PCMU by number alone', track('PCMU'), true],
    ['G.711 in stereo', track('PCMA', 8000, 'PCMA/8000/2'), false],
    ['G.711 at a rate that AAC does not know', track('PCMA', 7000), false],
    ['LATM', track('MP4A-LATM', 16_000), false],
    ['G.726', track('G726-32'), false],
  ])('%s', (_, each, expected) => {
    expect(canHear(each)).toBe(expected)
    const reader = createSoundReader(each)
    expect(reader !== undefined).toBe(expected)
    reader?.close()
  })
})
