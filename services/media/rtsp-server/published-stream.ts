// A stream that someone publishes: passes packets on to players, and keeps the packets since the last key frame (bounded) for late ones.
import { type NalCodec, readFragment, roleOf, startingRole, unitsOf } from '../rtsp/nal-units.ts'
import { readRtp } from '../rtsp/rtp.ts'
import { type Track, withParameterSets, writeSessionDescription } from '../rtsp/session-description.ts'
import { createSenderReports } from './sender-reports.ts'

/** One packet of a track. */
export interface StreamPacket {
  readonly track: number
  readonly control: boolean
  readonly bytes: Buffer
}

/** Someone who plays. `take` must not block and must not throw. */
export interface StreamPlayer {
  take(packet: StreamPacket): void
  /** the publisher has gone */
  end(): void
}

export interface PublishedStream {
  readonly path: string
  readonly tracks: readonly Track[]
  readonly players: number
  description(): string
  /** sequence number and timestamp of the next packet of a track that a player gets who joins `after` this packet; undefined: not known yet */
  nextOf(track: number, after?: StreamPacket): { readonly sequence: number; readonly timestamp: number } | undefined
  publish(packet: StreamPacket): void
  /**
   * Gives the packets since the last key frame at once, then all that follow. Returns how to stop.
   * `after`: the last packet that this player got before it paused; where it is still kept, the player goes on right behind it.
   */
  join(player: StreamPlayer, after?: StreamPacket): () => void
  end(): void
}

export function createPublishedStream(
  path: string,
  announced: readonly Track[],
  options: { readonly cacheBytes: number; readonly now: () => number },
): PublishedStream {
  const tracks = [...announced]
  const videoTrack = tracks.findIndex((track) => track.kind === 'video')
  const reports = tracks.map(({ clockRate }) => createSenderReports(clockRate))
  const sets = tracks.map(() => new Map<'vps' | 'sps' | 'pps', Buffer>())
  const players = new Map<StreamPlayer, { waiting: boolean }>()
  let cache: StreamPacket[] = []
  let cachedBytes = 0
  let caching = false
  let groupTimestamp: number | undefined

  const beginGroup = (timestamp: number) => {
    cache = []
    cachedBytes = 0
    caching = true
    groupTimestamp = timestamp
  }

  const keep = (packet: StreamPacket) => {
    if (!caching) return
    cachedBytes += packet.bytes.length
    if (cachedBytes > options.cacheBytes) {
      // too long a group: late players wait for the next key frame instead
      cache = []
      caching = false
    } else cache.push(packet)
  }

  const keptAfter = (after: StreamPacket | undefined) => cache.slice(after ? cache.indexOf(after) + 1 : 0)

  return {
    path,
    tracks,
    get players() {
      return players.size
    },
    description: () => writeSessionDescription(path, tracks),
    nextOf(track, after) {
      const packet = keptAfter(after).find((cached) => cached.track === track && !cached.control)
      return packet && readRtp(packet.bytes)
    },
    publish(packet) {
      let begins = videoTrack < 0
      if (packet.track === videoTrack && !packet.control) {
        const track = tracks[videoTrack]
        const rtp = readRtp(packet.bytes)
        if (!track || !rtp) return
        const codec = track.codec as NalCodec
        if (rememberSets(codec, rtp.payload, sets[videoTrack])) {
          tracks[videoTrack] = withParameterSets(track, sets[videoTrack] ?? new Map())
        }
        const role = startingRole(codec, rtp.payload)
        if (role !== undefined && role !== 'other' && rtp.timestamp !== groupTimestamp) {
          beginGroup(rtp.timestamp)
          begins = true
        }
      }
      if (videoTrack >= 0) keep(packet)
      for (const [player, place] of players) {
        if (place.waiting && !begins) continue
        place.waiting = false
        player.take(packet)
      }
      const report = reports[packet.track]
      if (packet.control) report?.heard(packet.bytes)
      const due = packet.control ? undefined : report?.sent(packet.bytes, options.now())
      if (!due) return
      const told: StreamPacket = { track: packet.track, control: true, bytes: due }
      if (videoTrack >= 0) keep(told)
      for (const [player, { waiting }] of players) if (!waiting) player.take(told)
    },
    join(player, after) {
      players.set(player, { waiting: videoTrack >= 0 && cache.length === 0 })
      for (const packet of keptAfter(after)) player.take(packet)
      return () => void players.delete(player)
    },
    end() {
      const gone = [...players.keys()]
      players.clear()
      cache = []
      for (const player of gone) player.end()
    },
  }
}

/** Remembers parameter sets sent in the stream; true if they are complete and one has changed. */
function rememberSets(codec: NalCodec, payload: Buffer, sets: Map<'vps' | 'sps' | 'pps', Buffer> | undefined): boolean {
  if (!sets || readFragment(codec, payload)) return false
  let changed = false
  for (const unit of unitsOf(codec, payload)) {
    const role = roleOf(codec, unit)
    if (role === 'key' || role === 'other' || sets.get(role)?.equals(unit)) continue
    sets.set(role, Buffer.from(unit))
    changed = true
  }
  return changed && sets.has('sps') && sets.has('pps') && (codec === 'H264' || sets.has('vps'))
}
