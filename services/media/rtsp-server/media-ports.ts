// Our pair of UDP ports, shared by all players: packets go out from it, and players' receiver reports show that they are still there.
import type { RemoteInfo } from 'node:dgram'
import { AppError } from '../../contracts/errors.ts'
import { bindPair, type DatagramPair } from '../rtsp-client/datagram-pair.ts'
import type { ServerPorts } from './transport.ts'

export interface MediaPorts {
  /** undefined while closed */
  readonly ports: ServerPorts | undefined
  open(): Promise<void>
  /** Sends a packet; it is lost where the system takes no more for now. */
  send(control: boolean, bytes: Buffer, address: string, port: number): void
  /** Calls back when something comes from one of these ports of the address. Returns how to end it. */
  listen(address: string, ports: readonly number[], heard: () => void): () => void
  close(): void
}

/** What the system may have to take yet, of all players together. */
const maximumWaitingBytes = 8 * 1024 * 1024

/** `port`: the even one of the pair; 0: any free pair. `open` rejects with QLY_PORT_IN_USE. */
export function createMediaPorts(bind: string, port: number): MediaPorts {
  const listeners = new Map<string, Set<() => void>>()
  let pair: DatagramPair | undefined
  const onPacket = (_control: boolean, _bytes: Buffer, from: RemoteInfo) => {
    for (const heard of listeners.get(`${plain(from.address)} ${from.port}`) ?? []) heard()
  }
  return {
    get ports() {
      return pair && { rtp: pair.rtpPort, rtcp: pair.rtpPort + 1 }
    },
    async open() {
      pair = await bindPair(bind, port, onPacket)
      if (!pair)
        throw new AppError('QLY_PORT_IN_USE', `rtsp.udp.port: no free pair of UDP ports on ${bind} (${port || 'any'})`)
    },
    send(control, bytes, address, to) {
      if (!pair || pair.waitingBytes > maximumWaitingBytes) return
      pair.send(control, bytes, to, pair.family === 'udp4' ? plain(address) : address)
    },
    listen(address, ports, heard) {
      const keys = ports.map((each) => `${plain(address)} ${each}`)
      for (const key of keys) listeners.set(key, (listeners.get(key) ?? new Set()).add(heard))
      return () => {
        for (const key of keys) {
          const set = listeners.get(key)
          set?.delete(heard)
          if (set?.size === 0) listeners.delete(key)
        }
      }
    },
    close() {
      pair?.close()
      pair = undefined
    },
  }
}

/** An IPv4 address, also where a socket of both families shows it mapped (RFC 4291 §2.5.5.2). */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
