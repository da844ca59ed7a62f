// Mutated messages through everything that reads them, without sockets: messages, descriptions, credentials, transports, the session machine,
// RTP, RTCP and the depacketisers. Nothing may throw, hang or grow.

import { challenges, proves, readAuthorization } from '../../../services/media/rtsp/authorization.ts'
import { startingRole } from '../../../services/media/rtsp/nal-units.ts'
import { readRtp, readSenderReport } from '../../../services/media/rtsp/rtp.ts'
import { createRtspReader, header, type RtspItem } from '../../../services/media/rtsp/rtsp-message.ts'
import {
  parameterSetsOf,
  readSessionDescription,
  writeSessionDescription,
} from '../../../services/media/rtsp/session-description.ts'
import { createAccessUnitReader } from '../../../services/media/rtsp-client/access-units.ts'
import { createReorderBuffer } from '../../../services/media/rtsp-client/reorder-buffer.ts'
import { createPublishedStream } from '../../../services/media/rtsp-server/published-stream.ts'
import { createSenderReports } from '../../../services/media/rtsp-server/sender-reports.ts'
import {
  initialSession,
  type SessionFacts,
  type SessionState,
  stepSession,
} from '../../../services/media/rtsp-server/session.ts'
import { createRandom, type Random } from '../../../simulators/random.ts'
import { corpus, description, packets, playing, publishing } from './corpus.ts'
import { mutate, mutateBytes } from './mutate.ts'

export interface ReadersResult {
  readonly items: number
  readonly faults: number
  readonly recording: number
  readonly playing: number
  /** milliseconds */
  readonly slowest: number
}

/** Feeds this many mutated messages; `each` is called after every thousand. Throws what a reader throws. */
export async function fuzzReaders(seed: number, inputs: number, each: () => void = () => {}): Promise<ReadersResult> {
  const random = createRandom(seed)
  const result = { items: 0, faults: 0, recording: 0, playing: 0, slowest: 0 }
  for (let done = 0; done < inputs; ) {
    const connection = createFakeConnection(random)
    for (const [good, spare] of script(random, 40)) {
      const bytes = spare ? good : mutate(random, good, corpus)
      const began = performance.now()
      connection.push(bytes, result)
      result.slowest = Math.max(result.slowest, performance.now() - began)
      if (spare) continue
      if (++done % 1000 === 0) {
        each()
        await new Promise((resolve) => setImmediate(resolve))
      }
      // a connection is over with its first fault
      if (done >= inputs || connection.broken) break
    }
  }
  return result
}

/** The messages of one connection; those with `true` stay good, so that the states behind them are reached. */
export function* script(random: Random, most: number): Generator<[Buffer, boolean]> {
  const session = random.chance(0.5) ? publishing : playing
  const depth = random.integer(session.length + 1)
  for (const message of session.slice(0, depth)) yield [message, true]
  for (let count = 1 + random.integer(most); count > 0; count--)
    yield [depth === session.length && random.chance(0.6) ? random.pick(packets) : random.pick(corpus), false]
}

const tracks = readSessionDescription(description) ?? []
const facts: SessionFacts = {
  sessionId: '0123456789abcdef',
  timeoutSeconds: 60,
  peer: '127.0.0.1',
  udp: { rtp: 6000, rtcp: 6001 },
  published: (path) => (path === 'fuzz' ? tracks : undefined),
  describe: () => description,
  rtpInfo: () => '',
}

function createFakeConnection(random: Random) {
  const reader = createRtspReader()
  const units = [createAccessUnitReader('H264'), createAccessUnitReader('H265')] as const
  const reorder = createReorderBuffer<{ sequence: number }>(32)
  const reports = createSenderReports(90_000)
  const stream = createPublishedStream('fuzz', tracks, { cacheBytes: 100_000, now: () => 0 })
  stream.join({ take: () => {}, end: () => {} })
  let state: SessionState = initialSession
  let now = 0
  let broken = false

  const media = (bytes: Buffer) => {
    const rtp = readRtp(bytes)
    readSenderReport(bytes)
    reports.heard(bytes)
    now += 40
    reports.sent(bytes, now)
    stream.publish({ track: random.integer(3), control: random.chance(0.1), bytes })
    if (!rtp) return
    for (const each of units) each.push(rtp)
    reorder(rtp)
    startingRole('H264', rtp.payload)
    startingRole('H265', rtp.payload)
  }
  const message = (
    item: Exclude<RtspItem, { kind: 'data' | 'fault' }>,
    result: { recording: number; playing: number },
  ) => {
    for (const track of readSessionDescription(item.body.toString('utf8')) ?? []) parameterSetsOf(track)
    writeSessionDescription('fuzz', readSessionDescription(item.body.toString('latin1')) ?? [])
    const proof = readAuthorization(header(item.headers, 'authorization') ?? challenges('qianliyan', '0')[0] ?? '')
    if (proof) proves(proof, 'secret', { method: 'PLAY', realm: 'qianliyan', nonce: '0' })
    if (item.kind !== 'request') return
    state = stepSession(state, item, facts).state
    if (state.phase === 'recording') result.recording++
    if (state.phase === 'playing') result.playing++
  }
  return {
    get broken() {
      return broken
    },
    push(bytes: Buffer, result: { items: number; faults: number; recording: number; playing: number }) {
      const cut = random.integer(bytes.length + 1)
      for (const piece of random.chance(0.3) ? [bytes.subarray(0, cut), bytes.subarray(cut)] : [bytes])
        for (const item of reader.push(piece)) {
          result.items++
          if (item.kind === 'data') media(item.payload)
          else if (item.kind === 'fault') {
            result.faults++
            broken = true
          } else message(item, result)
        }
      // the packets themselves, whatever became of their frame
      media(mutateBytes(random, bytes.subarray(0, 1500), packets))
    },
  }
}
