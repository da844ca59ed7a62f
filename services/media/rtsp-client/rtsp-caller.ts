// The client's end of an RTSP connection: requests answered one after another, credentials when challenged, packets handed on as they come.
import { connect as connectPlain, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { AppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { holdBack, type Intake } from '../limits/intake.ts'
import { authorizationFor } from '../rtsp/authorization.ts'
import { createRtspReader, header, type RtspResponse, writeRequest } from '../rtsp/rtsp-message.ts'
import type { RtspAddress } from './rtsp-address.ts'

export interface CallerEvents {
  onPacket(channel: number, bytes: Buffer): void
  /** the connection is over; called once */
  onClosed(error: AppError): void
}

export interface RtspClientConnection {
  readonly localAddress: string
  readonly remoteAddress: string
  /** Resolves with a 2xx answer; rejects with QLY_STREAM_UNREADABLE for any other, or when the connection is over. */
  ask(method: string, url: string, headers?: Readonly<Record<string, string>>): Promise<RtspResponse>
  /** Ends politely: TEARDOWN is sent, its answer not waited for. */
  close(teardownUrl?: string): void
}

export type Credential = { readonly user: string; readonly password: string }

/** Connects; rejects with QLY_STREAM_UNREADABLE, also when the signal aborts. Afterwards the signal closes the connection. */
export async function connectRtsp(
  address: RtspAddress,
  credential: Credential | undefined,
  options: {
    readonly clock: Clock
    readonly verifyCertificates: boolean
    readonly signal: AbortSignal
    readonly intake: Intake
  },
  events: CallerEvents,
): Promise<RtspClientConnection> {
  const { signal } = options
  signal.throwIfAborted()
  const { host, port } = address
  const socket: Socket = address.tls
    ? connectTls({
        host,
        port,
        servername: /^[\d.:]+$/.test(host) ? '' : host,
        rejectUnauthorized: options.verifyCertificates,
      })
    : connectPlain({ host, port })
  socket.setNoDelay(true)
  const reader = createRtspReader(clientLimits)
  let waiting:
    | { sequence: string; resolve: (response: RtspResponse) => void; reject: (error: AppError) => void }
    | undefined
  let challenges: readonly string[] = []
  let session: string | undefined
  let sequence = 0
  let over: AppError | undefined

  const finish = (error: AppError) => {
    if (over) return
    over = error
    signal.removeEventListener('abort', onAbort)
    socket.destroy()
    waiting?.reject(error)
    events.onClosed(error)
  }
  const onAbort = () => finish(signal.reason instanceof AppError ? signal.reason : unreadable('given up'))
  signal.addEventListener('abort', onAbort, { once: true })
  socket.on('error', (error) => finish(unreadable(`${host}:${port}: ${error.message}`)))
  socket.on('close', () => finish(unreadable('the connection was closed')))
  socket.on('data', (bytes: Buffer) => {
    const items = reader.push(bytes)
    holdBack(socket, options.clock, options.intake.took(bytes.length, items.length))
    for (const item of items) {
      if (over) return
      if (item.kind === 'data') events.onPacket(item.channel, item.payload)
      else if (item.kind === 'fault') finish(unreadable(`it does not speak RTSP (${item.reason})`))
      else if (item.kind === 'response' && waiting && header(item.headers, 'cseq') === waiting.sequence) {
        const { resolve } = waiting
        waiting = undefined
        resolve(item)
      }
    }
  })
  const write = (method: string, url: string, headers: Readonly<Record<string, string>>) => {
    const authorization = credential && authorizationFor(challenges, { ...credential, method, uri: url })
    socket.write(
      writeRequest(method, url, [
        ['CSeq', String(++sequence)],
        ['User-Agent', 'qianliyan'],
        ...(session === undefined ? [] : [['Session', session] as const]),
        ...(authorization ? [['Authorization', authorization] as const] : []),
        ...Object.entries(headers),
      ]),
    )
  }
  const exchange = (method: string, url: string, headers: Readonly<Record<string, string>>) =>
    new Promise<RtspResponse>((resolve, reject) => {
      if (over) return reject(over)
      write(method, url, headers)
      waiting = { sequence: String(sequence), resolve, reject }
    })

  await new Promise<void>((resolve, reject) => {
    socket.once(address.tls ? 'secureConnect' : 'connect', resolve)
    socket.once('close', () => reject(over ?? unreadable('no connection')))
  })

  return {
    localAddress: socket.localAddress ?? '',
    remoteAddress: socket.remoteAddress ?? host,
    async ask(method, url, headers = {}) {
      let response = await exchange(method, url, headers)
      const offered = response.headers.get('www-authenticate')
      if (response.status === 401 && offered && credential) {
        challenges = offered
        response = await exchange(method, url, headers)
      }
      if (response.status < 200 || response.status > 299) {
        throw unreadable(
          response.status === 401
            ? 'user or password is wrong (401)'
            : response.status === 404
              ? 'there is no such stream (404): nobody publishes it, or its path is wrong'
              : `${method} was answered ${response.status} ${response.reason}`.trim(),
        )
      }
      session = header(response.headers, 'session')?.split(';')[0]?.trim() ?? session
      return response
    },
    close(teardownUrl) {
      if (over) return
      if (teardownUrl !== undefined && socket.writable) write('TEARDOWN', teardownUrl, {})
      over = unreadable('closed')
      signal.removeEventListener('abort', onAbort)
      waiting?.reject(over)
      socket.destroySoon()
    },
  }
}

/** Cameras send longer descriptions than publishers may send us. */
const clientLimits = { headerBytes: 16_384, headerLines: 128, bodyBytes: 1_048_576 }

const unreadable = (reason: string) => new AppError('QLY_STREAM_UNREADABLE', reason)
