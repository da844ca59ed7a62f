// The camera's own stream as fragmented MP4: played from our RTSP server, put into boxes, nothing encoded.
import type { Clock } from '../../kernel/clock/clock.ts'
import type { NalCodec } from '../rtsp/nal-units.ts'
import type { RtpPacket } from '../rtsp/rtp.ts'
import { parameterSetsOf } from '../rtsp/session-description.ts'
import { createAccessUnitReader } from '../rtsp-client/access-units.ts'
import { playRtsp } from '../rtsp-client/play-rtsp.ts'
import { readRtspAddress } from '../rtsp-client/rtsp-address.ts'
import { createFragmenter } from './fragmenter.ts'
import type { PlayAddress } from './mpeg1-producer.ts'
import type { LiveProducer } from './shared-stream.ts'

export function createFmp4Producer(clock: Clock, address: () => Promise<PlayAddress>): LiveProducer {
  return async (signal, output) => {
    const { url, revoke } = await address()
    if (signal.aborted) return revoke()
    const found = readRtspAddress(url)
    const early: RtpPacket[] = []
    let take = (packet: RtpPacket) => void early.push(packet)
    const { promise: ended, resolve, reject } = Promise.withResolvers<void>()
    // it may end before anyone waits for that
    ended.catch(() => {})
    signal.addEventListener('abort', () => resolve(), { once: true })
    try {
      const playback = await playRtsp(found, {
        clock,
        signal,
        credential: found.credential,
        transport: 'tcp',
        verifyCertificates: false,
        onPacket: (packet) => take(packet),
        onReport() {},
        onClosed: reject,
      })
      const codec = playback.track.codec as NalCodec
      const reader = createAccessUnitReader(codec)
      const fragmenter = createFragmenter(codec, parameterSetsOf(playback.track), playback.track.clockRate)
      take = (packet) => {
        for (const unit of reader.push(packet))
          for (const { kind, bytes, mediaType } of fragmenter.push(unit)) {
            if (mediaType !== undefined) output.begin(mediaType)
            output.piece({ kind, bytes })
          }
      }
      for (const packet of early.splice(0)) take(packet)
      await ended.finally(() => playback.close())
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      revoke()
    }
  }
}
