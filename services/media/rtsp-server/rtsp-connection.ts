// One connection of the RTSP server: bytes in, items to the session machine, answers and packets out. A slow player is dropped here.
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { LoginLimiter } from '../../kernel/network/login-limiter.ts'
import { createIntake, type IntakeLimits } from '../limits/intake.ts'
import { createRtspReader, header, type RtspItem, type RtspRequest, writeResponse } from '../rtsp/rtsp-message.ts'
import type { Track } from '../rtsp/session-description.ts'
import { controlOf } from '../rtsp/session-description.ts'
import { createGate } from './gate.ts'
import type { MediaPorts } from './media-ports.ts'
import type { RtspCredentials } from './permission.ts'
import { createPlayerOutput } from './player-output.ts'
import type { PublishedStream, StreamPacket, StreamPlayer } from './published-stream.ts'
import { createSequenceNumbering } from './sequence-numbering.ts'
import { type Answer, initialSession, type SessionFacts, type SessionState, stepSession } from './session.ts'
import { reasonOf } from './status.ts'

/** What a connection needs of the server around it. */
export interface ConnectionDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly credentials: RtspCredentials
  readonly limiter: LoginLimiter
  /** where packets go to players over UDP; undefined where they cannot */
  readonly mediaPorts: MediaPorts | undefined
  readonly findStream: (path: string) => PublishedStream | undefined
  /** Takes the path; an earlier publisher of it is put out. Returns the stream and how to give it up. */
  readonly openStream: (path: string, tracks: readonly Track[], evict: () => void) => [PublishedStream, () => void]
  readonly onHeldBack?: () => void
  readonly onDropped: (reason: 'slow' | 'idle' | 'fault' | 'unauthorised') => void
}

export interface ConnectionLimits {
  readonly idleSeconds: number
  readonly playerQueueBytes: number
  /** what a publisher may send; undefined: anything */
  readonly intake?: IntakeLimits | undefined
}

/** Serves the socket until it closes. Never rejects. */
export async function serveConnection(socket: Socket, deps: ConnectionDeps, limits: ConnectionLimits): Promise<void> {
  const connection = createConnection(socket, deps, limits)
  try {
    const reader = createRtspReader()
    const intake = createIntake(deps.clock, limits.intake)
    // not destroyed on return: the last answer still has to go out
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
      connection.touch()
      const items = reader.push(chunk as Buffer)
      for (const item of items) {
        const answering = connection.handle(item)
        if (answering) await answering
        if (socket.destroyed || socket.writableEnded) return
      }
      const wait = intake.took((chunk as Buffer).length, items.length)
      if (wait === 0) continue
      deps.onHeldBack?.()
      // what is not read fills the socket, and holds the publisher back
      await deps.clock.sleep(wait, connection.signal)
    }
  } catch (error) {
    deps.logger.debug({ err: error }, 'RTSP connection ended')
  } finally {
    connection.close()
  }
}

/** how long a connection may stay without having shown a good credential */
const strangerSeconds = 10

function createConnection(socket: Socket, deps: ConnectionDeps, limits: ConnectionLimits) {
  const sessionId = randomBytes(8).toString('hex')
  const gate = createGate(deps, { address: socket.remoteAddress ?? '', encrypted: socket instanceof TLSSocket })
  let state: SessionState = initialSession
  let publication: { readonly stream: PublishedStream; readonly giveUp: () => void } | undefined
  let leave: (() => void) | undefined
  let lastTaken: StreamPacket | undefined
  const numbering = createSequenceNumbering()
  let tcpOnly = false
  const connectedAt = deps.clock.monotonic()
  let lastActivity = connectedAt
  const ended = new AbortController()
  let closed = false
  let cancelIdle: () => void = () => {}

  const unpublish = () => {
    publication?.giveUp()
    publication = undefined
  }

  const close = () => {
    if (closed) return
    closed = true
    ended.abort()
    cancelIdle()
    leave?.()
    unpublish()
    output.close()
    if (!socket.destroyed) socket.destroySoon()
  }

  const drop = (reason: Parameters<ConnectionDeps['onDropped']>[0]) => {
    if (closed) return
    deps.onDropped(reason)
    deps.logger.info({ path: state.path, role: state.role, reason }, 'RTSP connection dropped')
    close()
    socket.destroy()
  }

  const watchIdle = () => {
    const end = !gate.entered ? connectedAt + strangerSeconds * 1000 : lastActivity + limits.idleSeconds * 1000
    const left = end - deps.clock.monotonic()
    if (left <= 0) drop('idle')
    else cancelIdle = deps.clock.after(left, watchIdle)
  }
  watchIdle()

  const touch = () => {
    lastActivity = deps.clock.monotonic()
  }
  socket.on('drain', touch)

  const output = createPlayerOutput(socket, deps, { queueBytes: limits.playerQueueBytes, heard: touch })
  const facts: SessionFacts = {
    sessionId,
    timeoutSeconds: Math.max(1, Math.round(limits.idleSeconds)),
    peer: output.peer,
    get udp() {
      return tcpOnly ? undefined : deps.mediaPorts?.ports
    },
    published: (path) => deps.findStream(path)?.tracks,
    describe: (path) => deps.findStream(path)?.description() ?? '',
    rtpInfo: (path, baseUrl, carriers) =>
      carriers
        .flatMap(({ track }) => {
          const next = deps.findStream(path)?.nextOf(track, lastTaken)
          if (!next) return []
          const sequence = numbering.next(track, next.sequence)
          return [`url=${baseUrl}/${controlOf(track)};seq=${sequence};rtptime=${next.timestamp}`]
        })
        .join(','),
  }

  const send = (request: RtspRequest | undefined, answer: Answer) => {
    const sequence = request && header(request.headers, 'cseq')
    const headers = [...(sequence === undefined ? [] : [['CSeq', sequence] as const]), ...answer.headers]
    if (socket.writable) socket.write(writeResponse(answer.status, reasonOf(answer.status), headers, answer.body))
  }

  const player: StreamPlayer = {
    take(packet) {
      lastTaken = packet
      const carrier = state.carriers.find(({ track }) => track === packet.track)
      if (carrier && socket.writable && !output.take(carrier, numbering.number(packet))) drop('slow')
    },
    end() {
      output.sayGoodbye(state.carriers)
      close()
    },
  }

  const handleData = (channel: number, bytes: Buffer) => {
    if (state.phase !== 'recording' || !publication) return
    const pair = state.carriers.find(({ rtp, rtcp }) => rtp === channel || rtcp === channel)
    if (pair) publication.stream.publish({ track: pair.track, control: pair.rtcp === channel, bytes })
  }

  const handleRequest = async (request: RtspRequest): Promise<void> => {
    // a client that cannot be told otherwise asks for TCP in the address, as FFmpeg's once did
    if (request.url.endsWith('?tcp')) tcpOnly = true
    if (!/^\d{1,10}$/.test(header(request.headers, 'cseq') ?? '')) {
      send(undefined, { status: 400, headers: [] })
      return drop('fault')
    }
    const refusal = await gate.check(state, request)
    if (refusal) {
      send(request, refusal)
      return gate.exhausted ? drop('unauthorised') : undefined
    }
    if (closed) return
    const step = stepSession(state, request, facts)
    if (step.state.carriers !== state.carriers) output.carry(step.state.carriers)
    state = step.state
    if (step.effect === 'publish') {
      const [stream, giveUp] = deps.openStream(state.path, state.tracks, close)
      publication = { stream, giveUp }
    }
    if (step.effect === 'unpublish') unpublish()
    if (step.effect === 'pause') {
      leave?.()
      numbering.resume()
    }
    send(request, step.answer)
    if (step.effect === 'play') leave = deps.findStream(state.path)?.join(player, lastTaken)
    if (step.effect === 'close') close()
  }

  return {
    /** aborts when the connection is over */
    signal: ended.signal,
    touch,
    close,
    /** Answers an item; a promise where it must be waited for. */
    handle(item: RtspItem): Promise<void> | undefined {
      switch (item.kind) {
        case 'data':
          handleData(item.channel, item.payload)
          return undefined
        case 'request':
          return handleRequest(item)
        case 'fault':
          send(undefined, { status: item.status, headers: [] })
          deps.onDropped('fault')
          close()
          return undefined
        case 'response':
          return undefined
      }
    },
  }
}
