// Late players begin at a key frame; the cache stays within its bound; parameter sets sent in the stream reach the description.
import { describe, expect, it } from 'vitest'
import { parameterSetsOf, readSessionDescription } from '../rtsp/session-description.ts'
import { createPublishedStream, type StreamPacket } from './published-stream.ts'

const video = {
  kind: 'video',
  payloadType: 96,
  codec: 'H264',
  clockRate: 90000,
  control: '',
  format: '',
  map: 'H264/90000',
} as const
const audio = { ...video, kind: 'audio', payloadType: 8, codec: 'PCMA', map: 'PCMA/8000' } as const

function packet(timestamp: number, payload: number[], track = 0): StreamPacket {
  const head = Buffer.alloc(12)
  head[0] = 0x80
  head[1] = 96
  head.writeUInt16BE(timestamp & 0xffff, 2)
  head.writeUInt32BE(timestamp, 4)
  return { track, control: false, bytes: Buffer.concat([head, Buffer.from(payload)]) }
}
const sps = (timestamp: number, variant = 1) => packet(timestamp, [0x67, variant])
const pps = (timestamp: number) => packet(timestamp, [0x68, 1])
const key = (timestamp: number) => packet(timestamp, [0x65, 0])
const plain = (timestamp: number, size = 1) => packet(timestamp, [0x41, ...Array(size).fill(0)])
const sound = (timestamp: number) => packet(timestamp, [0], 1)

function play(stream: ReturnType<typeof createPublishedStream>) {
  const got: Buffer[] = []
  const player = {
    ended: false,
    take: (each: StreamPacket) => void got.push(each.bytes),
    end: () => {
      player.ended = true
    },
  }
  return { got, player, leave: stream.join(player) }
}
const bytesOf = (...packets: StreamPacket[]) => packets.map(({ bytes }) => bytes)

describe('a published stream', () => {
  it('gives a late player everything from the last key frame on, parameter sets and sound included', () => {
    const stream = createPublishedStream('cam', [video, audio], { cacheBytes: 10_000, now: () => 0 })
    const group = [sps(10), pps(10), key(10), sound(11), plain(12)]
    for (const each of [sps(1), pps(1), key(1), plain(2), ...group]) stream.publish(each)
    const late = play(stream)
    expect(late.got).toEqual(bytesOf(...group))
    expect(stream.nextOf(0)).toMatchObject({ sequence: 10, timestamp: 10 })
    expect(stream.nextOf(1)).toMatchObject({ timestamp: 11 })
    stream.publish(plain(13))
    expect(late.got.at(-1)).toEqual(plain(13).bytes)
  })

  it('lets a player who paused go on behind what it had; from the key frame on where that is no longer kept', () => {
    const stream = createPublishedStream('cam', [video], { cacheBytes: 10_000, now: () => 0 })
    const [first, second, third] = [key(1), plain(2), plain(3)]
    for (const each of [first, second]) stream.publish(each)
    const { player, got, leave } = play(stream)
    leave()
    stream.publish(third)
    expect(stream.nextOf(0, second)).toMatchObject({ sequence: 3 })
    const again = stream.join(player, second)
    expect(got).toEqual(bytesOf(first, second, third))
    expect(stream.nextOf(0, third)).toBeUndefined()
    again()
    for (const each of [key(4), plain(5)]) stream.publish(each)
    stream.join(player, third)
    expect(got.slice(3)).toEqual(bytesOf(key(4), plain(5)))
  })

  it('lets a player wait for a key frame where there is no cache', () => {
    const stream = createPublishedStream('cam', [video, audio], { cacheBytes: 10_000, now: () => 0 })
    const early = play(stream)
    for (const each of [plain(1), sound(1)]) stream.publish(each)
    expect(early.got).toEqual([])
    for (const each of [key(2), sound(2)]) stream.publish(each)
    expect(early.got).toEqual(bytesOf(key(2), sound(2)))
  })

  it('gives a group up that outgrows the bound, and begins anew with the next', () => {
    const stream = createPublishedStream('cam', [video], { cacheBytes: 200, now: () => 0 })
    for (const each of [key(1), plain(2, 300), plain(3)]) stream.publish(each)
    const late = play(stream)
    expect(late.got).toEqual([])
    stream.publish(plain(4))
    stream.publish(key(5))
    expect(late.got).toEqual(bytesOf(key(5)))
    expect(play(stream).got).toEqual(bytesOf(key(5)))
  })

  it('knows a key frame in fragments and aggregates, and H.265', () => {
    const fragment = packet(5, [0x7c, 0x85, 1])
    const aggregate = packet(6, [0x78, 0, 2, 0x67, 1, 0, 2, 0x65, 1])
    const stream = createPublishedStream('cam', [video], { cacheBytes: 1000, now: () => 0 })
    for (const start of [fragment, aggregate]) {
      stream.publish(start)
      expect(play(stream).got).toEqual(bytesOf(start))
    }
    const newer = createPublishedStream('cam', [{ ...video, codec: 'H265' }], { cacheBytes: 1000, now: () => 0 })
    newer.publish(packet(1, [0x02, 1]))
    expect(play(newer).got).toEqual([])
    newer.publish(packet(2, [0x62, 1, 0x93, 0]))
    expect(play(newer).got).toHaveLength(1)
  })

  it('puts parameter sets from the stream into the description', () => {
    const stream = createPublishedStream('cam', [video], { cacheBytes: 1000, now: () => 0 })
    for (const each of [sps(1, 7), pps(1), key(1)]) stream.publish(each)
    const [track] = readSessionDescription(stream.description()) ?? []
    expect(track && parameterSetsOf(track)).toEqual([Buffer.from([0x67, 7]), Buffer.from([0x68, 1])])
  })

  it('tells players when the publisher has gone; one that left hears nothing', () => {
    const stream = createPublishedStream('cam', [audio], { cacheBytes: 1000, now: () => 0 })
    const [one, two] = [play(stream), play(stream)]
    two.leave()
    stream.publish(sound(1))
    expect([one.got.length, two.got.length, stream.players]).toEqual([1, 0, 1])
    stream.end()
    expect([one.player.ended, two.player.ended]).toEqual([true, false])
  })
})
