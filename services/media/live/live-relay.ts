// Publishes on our RTSP server what this process pulls from elsewhere anyway, so that live view and others can play it and the camera is asked once.
import { randomInt } from 'node:crypto'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { CameraPackets, CodedAudio, CodedStream } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { readCodecRecord, splitUnits } from '../rtsp/nal-stream.ts'
import { type NalCodec, roleOf } from '../rtsp/nal-units.ts'
import { createPacketiser, createSoundPacketiser } from '../rtsp/packetise.ts'
import { type Track, withParameterSets } from '../rtsp/session-description.ts'
import type { RtspServer } from '../rtsp-server/rtsp-server.ts'
import { createPacer } from './pacer.ts'
import { createTimeLine } from './time-line.ts'

const clockRate = 90_000
const [payloadType, soundPayloadType] = [96, 97]

/** Video and sound of each camera that `relays` says is pulled, at the camera's id. A device that announces the same path takes it over. */
export function createLiveRelay(
  { clock, server }: { readonly clock: Clock; readonly server: Pick<RtspServer, 'publish'> },
  relays: (camera: CameraConfig) => boolean,
): CameraPackets {
  return {
    role: 'live',
    wants: () => true,
    open(camera) {
      const pacer = createPacer(clock)
      // files are read ahead of their time, and their time line begins anew with them; the event time goes on
      const paced = camera.source.startsWith('file:')
      let playing: { readonly of: string; readonly publication: UnitPublication } | undefined
      let ended = false
      const giveUp = () => {
        pacer.clear()
        playing?.publication.giveUp()
        playing = undefined
      }
      return {
        begin(stream) {
          ended = false
          const of = [stream.codec, stream.extraData, stream.audio?.extraData]
            .map((part) => part?.toString('base64'))
            .join(' ')
          if (playing?.of === of || !relays(camera)) return
          giveUp()
          const publication = publishUnits(server, camera.id, stream)
          if (publication) playing = { of, publication }
        },
        take({ track, bytes, mediaMs, decodeMs = mediaMs, at }) {
          if (!playing) return
          const { publication } = playing
          const send = track === 'video' ? publication.picture : publication.sound
          if (paced) pacer.at(at - (mediaMs - decodeMs), () => send(bytes, at, at))
          else send(bytes, mediaMs, at)
        },
        end() {
          ended = true
          // a file that begins again says so at once
          queueMicrotask(() => {
            if (ended) giveUp()
          })
        },
        async close() {
          ended = true
          giveUp()
        },
      }
    },
  }
}

export interface UnitPublication {
  /** One picture; `milliseconds`: its presentation time on any scale that goes on evenly, `at`: event time. */
  picture(bytes: Buffer, milliseconds: number, at: number): void
  /** One frame of sound, on a scale of its own. */
  sound(bytes: Buffer, milliseconds: number, at: number): void
  giveUp(): void
}

/** Publishes pictures of H.264 or H.265, and AAC sound; undefined if someone publishes this path already. */
export function publishUnits(
  server: Pick<RtspServer, 'publish'>,
  path: string,
  stream: Pick<CodedStream, 'codec' | 'extraData'> & { readonly audio?: CodedAudio | undefined },
): UnitPublication | undefined {
  const codec: NalCodec = stream.codec === 'h264' ? 'H264' : 'H265'
  const record = readCodecRecord(codec, stream.extraData)
  const { audio } = stream
  const found = server.publish(path, [trackOf(codec, record.parameterSets), ...(audio ? [soundTrackOf(audio)] : [])])
  if (!found) return undefined
  const packetiser = createPacketiser(codec, { payloadType, source: randomInt(2 ** 32) })
  const sounds = createSoundPacketiser({ payloadType: soundPayloadType, source: randomInt(2 ** 32) })
  const lines = [createTimeLine(clockRate), createTimeLine(audio?.sampleRate ?? clockRate)]
  const publish = (track: number, packets: readonly Buffer[], at: number) => {
    for (const bytes of packets) found.stream.publish({ track, control: false, bytes })
    const report = lines[track]?.report(packets, at)
    if (report) found.stream.publish({ track, control: true, bytes: report })
  }
  return {
    picture(bytes, milliseconds, at) {
      const units = splitUnits(bytes, record.framing)
      const roles = units.map((unit) => roleOf(codec, unit))
      // an MP4 file keeps its parameter sets apart; a player that comes late needs them with the key frame
      const lacks = roles.includes('key') && !roles.includes('sps')
      const whole = lacks ? [...record.parameterSets, ...units] : units
      publish(0, packetiser.packetise(whole, lines[0]?.timestamp(milliseconds) ?? 0), at)
    },
    sound(bytes, milliseconds, at) {
      if (audio) publish(1, [sounds.packetise(bytes, lines[1]?.timestamp(milliseconds) ?? 0)], at)
    },
    giveUp: found.giveUp,
  }
}

function trackOf(codec: NalCodec, parameterSets: readonly Buffer[]): Track {
  const track: Track = {
    kind: 'video',
    payloadType,
    codec,
    clockRate,
    control: '',
    format: codec === 'H264' ? 'packetization-mode=1' : '',
    map: `${codec}/${clockRate}`,
  }
  const sets = new Map<'vps' | 'sps' | 'pps', Buffer>()
  for (const set of parameterSets) {
    const role = roleOf(codec, set)
    if (role !== 'key' && role !== 'other') sets.set(role, set)
  }
  return sets.has('sps') && sets.has('pps') ? withParameterSets(track, sets) : track
}

/** AAC in the mode that all players know (RFC 3640 §3.3.6). */
const soundTrackOf = ({ extraData, sampleRate, channels }: CodedAudio): Track => ({
  kind: 'audio',
  payloadType: soundPayloadType,
  codec: 'MPEG4-GENERIC',
  clockRate: sampleRate,
  control: '',
  format: `profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config=${extraData.toString('hex')}`,
  map: `MPEG4-GENERIC/${sampleRate}/${channels}`,
})
