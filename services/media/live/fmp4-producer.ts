// The camera's own stream as fragmented MP4: played from our RTSP server, put into boxes, no picture encoded. Its sound only where it is asked for.
import type { Clock } from '../../kernel/clock/clock.ts'
import { createLiveClock } from '../camera-source/event-clock.ts'
import { createRtspSound } from '../camera-source/rtsp-sound.ts'
import type { NalCodec } from '../rtsp/nal-units.ts'
import { type RtpPacket, type SenderReport, timestampDifference } from '../rtsp/rtp.ts'
import { parameterSetsOf } from '../rtsp/session-description.ts'
import { createAccessUnitReader } from '../rtsp-client/access-units.ts'
import { playRtsp, type RtspPlayback } from '../rtsp-client/play-rtsp.ts'
import { readRtspAddress } from '../rtsp-client/rtsp-address.ts'
import { createFragmenter, type Piece } from './fragmenter.ts'
import type { PlayAddress } from './mpeg1-producer.ts'
import type { LiveProducer, ProducerOutput } from './shared-stream.ts'

export function createFmp4Producer(
  clock: Clock,
  address: () => Promise<PlayAddress>,
  { sound = false }: { readonly sound?: boolean } = {},
): LiveProducer {
  return async (signal, output) => {
    const { url, revoke } = await address()
    if (signal.aborted) return revoke()
    const found = readRtspAddress(url)
    // PLAY was sent, but what the stream is, is not handled yet
    const early: (() => void)[] = []
    let boxes: Boxes | undefined
    const pass = (act: (boxes: Boxes) => void) => {
      if (boxes) act(boxes)
      else early.push(() => boxes && act(boxes))
    }
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
        onPacket: (packet) => pass((to) => to.picture(packet)),
        onReport: (report) => pass((to) => to.report(report)),
        ...(sound
          ? {
              sound: {
                onPacket: (packet: RtpPacket) => pass((to) => to.sound?.receive(packet)),
                onReport: (report: SenderReport) => pass((to) => to.sound?.report(report)),
              },
            }
          : {}),
        onClosed: reject,
      })
      boxes = createBoxes(clock, playback, output)
      for (const act of early.splice(0)) act()
      await ended.finally(() => playback.close())
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      boxes?.sound?.close()
      revoke()
    }
  }
}

type Boxes = ReturnType<typeof createBoxes>

/** Takes packets of a playing stream and hands out pieces. */
function createBoxes(clock: Clock, playback: RtspPlayback, output: ProducerOutput) {
  const { track } = playback
  const codec = track.codec as NalCodec
  const reader = createAccessUnitReader(codec)
  const times = createLiveClock(track.clockRate)
  const give = (pieces: readonly Piece[]) => {
    for (const { kind, bytes, mediaType } of pieces) {
      if (mediaType !== undefined) output.begin(mediaType)
      output.piece({ kind, bytes })
    }
  }
  const sound = createRtspSound(playback.sound, clock, (frame) => give(fragmenter.sound(frame)))
  const fragmenter = createFragmenter(codec, parameterSetsOf(track), track.clockRate, sound?.audio)
  return {
    sound,
    report: (report: SenderReport) => times.report(report, clock.now()),
    picture(packet: RtpPacket) {
      const received = times.receive(packet.timestamp, clock.now())
      for (const unit of reader.push(packet)) {
        const shownAt = received + BigInt(timestampDifference(packet.timestamp, unit.timestamp))
        give(fragmenter.push(unit, times.timeOf(shownAt)))
      }
    },
  }
}
