// Test helper: RTSP cameras that are good or bad, as servers; also as a process of its own (`node pretend-camera.ts`, prints its ports), so that what
// they do costs the tested process nothing but what they send. The path says what a camera does; see `sorts`.
import { createServer, type Socket } from 'node:net'
import { createPacketiser } from '../rtsp/packetise.ts'
import { createRtspReader, interleavedHeader, writeResponse } from '../rtsp/rtsp-message.ts'
import { type CodedClip, codedClip } from './coded-clip.ts'
import { pretendHttpCameras } from './pretend-http-camera.ts'

/** Speaks after PLAY; returns how to fall silent. */
type Speak = (socket: Socket, clip: CodedClip, number: number) => () => void

export const sorts = {
  /** five pictures a second, for ever; `good-N` sends N × 30 ms after the others, so that they do not come all at once */
  good: (socket, clip, number) => {
    const send = sender(clip)
    let timer: NodeJS.Timeout
    const next = () => {
      const now = Date.now()
      const count = Math.floor((now - 30 * number) / 200)
      socket.write(Buffer.concat(send(clip.pictures[count % clip.pictures.length] ?? [], now * 90)))
      timer = setTimeout(next, Math.max(1, 200 * (count + 1) + 30 * number - now))
    }
    next()
    return () => clearTimeout(timer)
  },
  /** takes the connection, and never answers */
  hangs: () => () => {},
  /** good pictures, as many as it can get through */
  floods: (socket, clip) => {
    const send = sender(clip)
    let time = 0
    return pour(socket, () =>
      clip.pictures.flatMap((units) => {
        time += 3600
        return send(units, time)
      }),
    )
  },
  /** packets of no content, as many as it can get through */
  drizzles: (socket) =>
    pour(socket, () =>
      Array.from({ length: 2000 }, (_, index) => interleaved(rtpPacket(index, Buffer.from([0x09, 0x10])))),
    ),
  /** says H.264 and sends what is none, again and again */
  lies: (socket) => {
    let sequence = 0
    const timer = setInterval(() => {
      for (let n = 0; n < 20; n++) {
        const noise = Buffer.alloc(1000, 0x65 + (sequence % 7))
        noise[0] = 0x65
        socket.write(interleaved(rtpPacket(sequence++, noise)))
      }
    }, 20)
    return () => clearInterval(timer)
  },
} satisfies Record<string, Speak>
export type Sort = keyof typeof sorts

/** Serves rtsp://127.0.0.1:PORT/SORT[-…]. */
export async function pretendCameras(size = { width: 640, height: 360 }) {
  const clip = await codedClip({ seconds: 4, fps: 5, ...size, picture: 'testsrc2' })
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let fallSilent = () => {}
    const reader = createRtspReader()
    socket.on('error', () => {})
    socket.on('close', () => {
      fallSilent()
      sockets.delete(socket)
    })
    socket.on('data', (bytes) => {
      for (const item of reader.push(bytes)) {
        if (item.kind !== 'request') continue
        const [, sort = 'hangs', number = '0'] = /\/([a-z]+)(?:-(\d))?(?:\/[^/]*)?$/.exec(item.url) ?? []
        if (sort === 'hangs') continue
        const headers: [string, string][] = [
          ['CSeq', item.headers.get('cseq')?.[0] ?? '0'],
          ['Session', 'x'],
        ]
        if (item.method === 'DESCRIBE') headers.push(['Content-Type', 'application/sdp'])
        else headers.push(['Transport', 'RTP/AVP/TCP;unicast;interleaved=0-1'])
        socket.write(writeResponse(200, 'OK', headers, item.method === 'DESCRIBE' ? description : ''))
        if (item.method === 'PLAY') fallSilent = sorts[sort as Sort](socket, clip, Number(number))
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const description = 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n'
const interleaved = (packet: Buffer) => Buffer.concat([interleavedHeader(0, packet.length), packet])

function sender({ codec }: CodedClip): (units: readonly Buffer[], timestamp: number) => Buffer[] {
  const packetiser = createPacketiser(codec, { payloadType: 96, source: 7 })
  return (units, timestamp) => packetiser.packetise(units, timestamp % 2 ** 32).map(interleaved)
}

function rtpPacket(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(12)
  header.set([0x80, 0xe0])
  header.writeUInt16BE(sequence & 0xffff, 2)
  header.writeUInt32BE((sequence * 900) >>> 0, 4)
  return Buffer.concat([header, payload])
}

/** Writes as fast as the other side reads. */
function pour(socket: Socket, more: () => Buffer[]): () => void {
  let over = false
  const go = () => {
    while (!over && !socket.destroyed && socket.write(Buffer.concat(more())));
  }
  socket.on('drain', go)
  go()
  return () => {
    over = true
  }
}

if (import.meta.main) {
  const [rtsp, http] = [await pretendCameras(), await pretendHttpCameras()]
  process.stdout.write(`${JSON.stringify({ rtsp: rtsp.port, http: http.port })}\n`)
  // lives as long as who started it
  process.stdin.resume().on('end', () => process.exit())
}
