// A pair of UDP ports for RTP and RTCP (RFC 3550 §11: even and the next odd one), for cameras that are pulled over UDP.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { AppError } from '../../contracts/errors.ts'

export interface DatagramPair {
  readonly rtpPort: number
  close(): void
}

/** Binds a pair on the local address of the connection; only packets from the camera's address are taken. */
export async function bindDatagramPair(
  localAddress: string,
  remoteAddress: string,
  onPacket: (control: boolean, bytes: Buffer) => void,
): Promise<DatagramPair> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const first = await bind(localAddress, 0)
    const port = first?.address().port ?? 1
    const second = first && port % 2 === 0 ? await bind(localAddress, port + 1) : undefined
    if (!first || !second) {
      first?.close()
      continue
    }
    for (const [control, socket] of [
      [false, first],
      [true, second],
    ] as const) {
      socket.on('error', () => {})
      socket.on('message', (bytes, from) => {
        if (from.address === remoteAddress) onPacket(control, bytes)
      })
    }
    return {
      rtpPort: port,
      close() {
        first.close()
        second.close()
      },
    }
  }
  throw new AppError('QLY_STREAM_UNREADABLE', 'no pair of UDP ports is free')
}

async function bind(address: string, port: number): Promise<Socket | undefined> {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', recvBufferSize: 2 * 1024 * 1024 })
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
