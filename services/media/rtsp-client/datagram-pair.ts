// A pair of UDP ports for RTP and RTCP (RFC 3550 §11: even and the next odd one): of a camera that is pulled over UDP, or of our server.
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { AppError } from '../../contracts/errors.ts'

export interface DatagramPair {
  readonly rtpPort: number
  readonly family: 'udp4' | 'udp6'
  /** bytes handed to `send` that the system has not taken yet */
  readonly waitingBytes: number
  /** Sends, or loses, a packet: UDP promises nothing. Never throws. */
  send(control: boolean, bytes: Buffer, port: number, address: string): void
  close(): void
}

const bufferBytes = 2 * 1024 * 1024

/** Binds a pair on the local address of the connection; only packets from the camera's address are taken. */
export async function bindDatagramPair(
  localAddress: string,
  remoteAddress: string,
  onPacket: (control: boolean, bytes: Buffer) => void,
): Promise<DatagramPair> {
  const pair = await bindPair(localAddress, 0, (control, bytes, from) => {
    if (from.address === remoteAddress) onPacket(control, bytes)
  })
  if (!pair) throw new AppError('QLY_STREAM_UNREADABLE', 'no pair of UDP ports is free')
  return pair
}

/** Binds a pair that begins at this port (0: any even one); undefined if it is taken. */
export async function bindPair(
  address: string,
  port: number,
  onPacket: (control: boolean, bytes: Buffer, from: RemoteInfo) => void,
): Promise<DatagramPair | undefined> {
  for (let attempt = 0; attempt < (port === 0 ? 20 : 1); attempt++) {
    const first = await bind(address, port)
    const rtpPort = first?.address().port ?? 1
    const second = first && (port !== 0 || rtpPort % 2 === 0) ? await bind(address, rtpPort + 1) : undefined
    if (!first || !second) {
      first?.close()
      continue
    }
    for (const [control, socket] of [
      [false, first],
      [true, second],
    ] as const) {
      socket.on('error', () => {})
      socket.on('message', (bytes, from) => onPacket(control, bytes, from))
    }
    let closed = false
    return {
      rtpPort,
      family: isIPv6(address) ? 'udp6' : 'udp4',
      get waitingBytes() {
        return closed ? 0 : first.getSendQueueSize() + second.getSendQueueSize()
      },
      send(control, bytes, to, host) {
        if (!closed) (control ? second : first).send(bytes, to, host, () => {})
      },
      close() {
        if (closed) return
        closed = true
        first.close()
        second.close()
      },
    }
  }
  return undefined
}

async function bind(address: string, port: number): Promise<Socket | undefined> {
  const socket = createSocket({
    type: isIPv6(address) ? 'udp6' : 'udp4',
    recvBufferSize: bufferBytes,
    sendBufferSize: bufferBytes,
  })
  try {
    const listening = once(socket, 'listening')
    socket.bind(port, address)
    await listening
    return socket
  } catch {
    socket.close()
    return undefined
  }
}
