// Test client: one raw RTSP connection, so that tests can say exactly what goes over the wire.
import { connect, type Socket } from 'node:net'
import { authorizationFor } from '../rtsp/authorization.ts'
import { createRtspReader, type RtspData, type RtspResponse, writeRequest } from '../rtsp/rtsp-message.ts'

export interface RtspCaller {
  readonly socket: Socket
  /** Sends a request and waits for its answer; answers a challenge with the credential, if one was given. */
  ask(method: string, url: string, headers?: Record<string, string>, body?: string): Promise<RtspResponse>
  /** Sends bytes as they are. */
  raw(bytes: Buffer | string): void
  /** The next answer. */
  answer(): Promise<RtspResponse>
  /** The next interleaved packet. */
  data(): Promise<RtspData>
  /** Resolves once the other side has closed. */
  readonly closed: Promise<void>
  close(): void
}

export async function callRtsp(port: number, credential?: { user: string; password: string }): Promise<RtspCaller> {
  const socket = connect(port, '127.0.0.1')
  await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject))
  socket.on('error', () => {})
  const reader = createRtspReader()
  const answers = queue<RtspResponse>()
  const packets = queue<RtspData>()
  socket.on('data', (bytes) => {
    for (const item of reader.push(bytes as Buffer)) {
      if (item.kind === 'response') answers.put(item)
      if (item.kind === 'data') packets.put(item)
    }
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  void closed.then(() => {
    answers.end()
    packets.end()
  })
  let sequence = 0
  const send = (method: string, url: string, headers: Record<string, string>, body: string) => {
    socket.write(writeRequest(method, url, [['CSeq', String(++sequence)], ...Object.entries(headers)], body))
    return answers.take()
  }
  return {
    socket,
    closed,
    async ask(method, url, headers = {}, body = '') {
      const first = await send(method, url, headers, body)
      if (first.status !== 401 || !credential) return first
      const offered = first.headers.get('www-authenticate') ?? []
      const authorization = authorizationFor(offered, { ...credential, method, uri: url }) ?? ''
      return send(method, url, { ...headers, Authorization: authorization }, body)
    },
    raw: (bytes) => void socket.write(bytes),
    answer: answers.take,
    data: packets.take,
    close: () => socket.destroy(),
  }
}

function queue<Item>() {
  const items: Item[] = []
  const waiting: { resolve: (item: Item) => void; reject: (error: Error) => void }[] = []
  let over = false
  return {
    put(item: Item) {
      const next = waiting.shift()
      if (next) next.resolve(item)
      else items.push(item)
    },
    end() {
      over = true
      for (const { reject } of waiting.splice(0)) reject(new Error('connection closed'))
    },
    take: () =>
      new Promise<Item>((resolve, reject) => {
        const item = items.shift()
        if (item !== undefined) resolve(item)
        else if (over) reject(new Error('connection closed'))
        else waiting.push({ resolve, reject })
      }),
  }
}
