// Publishes on our RTSP server what this process pulls from elsewhere anyway, so that live view and others can play it and the camera is asked once.
import { randomInt } from 'node:crypto'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { CameraPackets, CodedStream } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { readCodecRecord, splitUnits } from '../rtsp/nal-stream.ts'
import { type NalCodec, roleOf } from '../rtsp/nal-units.ts'
import { createPacketiser } from '../rtsp/packetise.ts'
import { type Track, withParameterSets } from '../rtsp/session-description.ts'
import type { RtspServer } from '../rtsp-server/rtsp-server.ts'
import { createPacer } from './pacer.ts'

const clockRate = 90_000
const payloadType = 96

/** The video of each camera that `relays` says is pulled, at the camera's id. A device that announces the same path takes it over. */
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
          const of = `${stream.codec} ${stream.extraData?.toString('base64')}`
          if (playing?.of === of || !relays(camera)) return
          giveUp()
          const publication = publishUnits(server, camera.id, stream)
          if (publication) playing = { of, publication }
        },
        take({ track, bytes, mediaMs, decodeMs = mediaMs, at }) {
          if (track !== 'video' || !playing) return
          const { publication } = playing
          if (paced) pacer.at(at - (mediaMs - decodeMs), () => publication.picture(bytes, at))
          else publication.picture(bytes, mediaMs)
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
  /** One picture; `milliseconds`: its presentation time on any scale that goes on evenly. */
  picture(bytes: Buffer, milliseconds: number): void
  giveUp(): void
}

/** Publishes pictures of H.264 or H.265; undefined if someone publishes this path already. */
export function publishUnits(
  server: Pick<RtspServer, 'publish'>,
  path: string,
  stream: Pick<CodedStream, 'codec' | 'extraData'>,
): UnitPublication | undefined {
  const codec: NalCodec = stream.codec === 'h264' ? 'H264' : 'H265'
  const record = readCodecRecord(codec, stream.extraData)
  const found = server.publish(path, [trackOf(codec, record.parameterSets)])
  if (!found) return undefined
  const packetiser = createPacketiser(codec, { payloadType, source: randomInt(2 ** 32) })
  return {
    picture(bytes, milliseconds) {
      const units = splitUnits(bytes, record.framing)
      const roles = units.map((unit) => roleOf(codec, unit))
      // an MP4 file keeps its parameter sets apart; a player that comes late needs them with the key frame
      const lacks = roles.includes('key') && !roles.includes('sps')
      const whole = lacks ? [...record.parameterSets, ...units] : units
      const timestamp = Math.round((milliseconds * clockRate) / 1000) % 2 ** 32
      for (const packet of packetiser.packetise(whole, timestamp)) {
        found.stream.publish({ track: 0, control: false, bytes: packet })
      }
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
