// Where the packets for one player go: back over its RTSP connection, or to its UDP ports. Bounded: what a slow player leaves waiting shows here.
import type { Socket } from 'node:net'
import type { Clock } from '../../kernel/clock/clock.ts'
import { readRtp, writeGoodbye } from '../rtsp/rtp.ts'
import { interleavedHeader } from '../rtsp/rtsp-message.ts'
import type { MediaPorts } from './media-ports.ts'
import { createPacedSender, type PacedSender } from './paced-sender.ts'
import type { StreamPacket } from './published-stream.ts'
import type { TrackCarrier } from './transport.ts'

export interface PlayerOutput {
  /** address of the player, the only one that UDP goes to */
  readonly peer: string
  /** These carriers are set up now. */
  carry(carriers: readonly TrackCarrier[]): void
  /** Sends a packet. False: more waits than may wait, the player is too slow. */
  take(carrier: TrackCarrier, packet: StreamPacket): boolean
  /** Tells a UDP player, which may not watch its RTSP connection, that there is no more (RTCP BYE). */
  sayGoodbye(carriers: readonly TrackCarrier[]): void
  close(): void
}

interface Datagram {
  readonly bytes: Buffer
  readonly control: boolean
  readonly port: number
}

/** `heard` is called when the player shows that it is there: it takes bytes of the connection, or sends RTCP. */
export function createPlayerOutput(
  socket: Socket,
  deps: { readonly clock: Clock; readonly mediaPorts: MediaPorts | undefined },
  options: { readonly queueBytes: number; readonly heard: () => void },
): PlayerOutput {
  const { mediaPorts, clock } = deps
  const { queueBytes, heard } = options
  const peer = socket.remoteAddress ?? ''
  const sources = new Map<number, number>()
  let paced: PacedSender<Datagram> | undefined
  let deafen: () => void = () => {}
  socket.on('drain', heard)

  const takeByConnection = (carrier: TrackCarrier, packet: StreamPacket): boolean => {
    if (socket.writableLength > queueBytes) return false
    socket.cork()
    socket.write(interleavedHeader(packet.control ? carrier.rtcp : carrier.rtp, packet.bytes.length))
    if (socket.write(packet.bytes)) heard()
    socket.uncork()
    return true
  }

  const takeByUdp = (carrier: TrackCarrier, { control, bytes, track }: StreamPacket): boolean => {
    const source = control ? undefined : readRtp(bytes)?.source
    if (source !== undefined) sources.set(track, source)
    paced ??= createPacedSender<Datagram>(clock, queueBytes, (each) =>
      mediaPorts?.send(each.control, each.bytes, peer, each.port),
    )
    return paced.push({ bytes, control, port: control ? carrier.rtcp : carrier.rtp })
  }

  return {
    peer,
    carry(carriers) {
      deafen()
      const ports = carriers.filter(({ carrier }) => carrier === 'udp').flatMap(({ rtp, rtcp }) => [rtp, rtcp])
      deafen = mediaPorts?.listen(peer, ports, heard) ?? (() => {})
    },
    take: (carrier, packet) =>
      carrier.carrier === 'tcp' ? takeByConnection(carrier, packet) : takeByUdp(carrier, packet),
    sayGoodbye(carriers) {
      for (const { carrier, track, rtcp } of carriers) {
        const source = sources.get(track)
        if (carrier === 'udp' && source !== undefined) mediaPorts?.send(true, writeGoodbye(source), peer, rtcp)
      }
    },
    close() {
      deafen()
      paced?.clear()
    },
  }
}
