// The RTSP session as a pure state machine (RFC 2326 appendix A): a state and a request give the next state, an answer and one effect.
// Credentials are checked before (permission.ts says which are needed); sockets and packets are elsewhere.
import { header, type RtspRequest } from '../rtsp/rtsp-message.ts'
import { audioCodecs, controlOf, readSessionDescription, type Track, videoCodecs } from '../rtsp/session-description.ts'
import { pathOf } from './stream-path.ts'
import {
  type AskedTransport,
  answerTransport,
  readTransport,
  type ServerPorts,
  type TrackCarrier,
} from './transport.ts'

export interface SessionState {
  readonly phase: 'start' | 'ready' | 'recording' | 'playing'
  readonly role: 'none' | 'publisher' | 'player'
  readonly path: string
  readonly tracks: readonly Track[]
  readonly carriers: readonly TrackCarrier[]
}

export const initialSession: SessionState = { phase: 'start', role: 'none', path: '', tracks: [], carriers: [] }

/** What the outside knows when a request comes. */
export interface SessionFacts {
  readonly sessionId: string
  readonly timeoutSeconds: number
  /** address of the client: the only one that UDP goes to */
  readonly peer: string
  /** our UDP ports; undefined where UDP is not served (switched off, or the connection is encrypted and the packets would not be) */
  readonly udp: ServerPorts | undefined
  /** the tracks published under a path; undefined if nobody publishes there */
  readonly published: (path: string) => readonly Track[] | undefined
  /** the description for players of a path */
  readonly describe: (path: string) => string
  /** RTP-Info for a player that starts now */
  readonly rtpInfo: (path: string, baseUrl: string, carriers: readonly TrackCarrier[]) => string
}

export interface Answer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body?: string
}

export type SessionEffect = 'none' | 'publish' | 'unpublish' | 'play' | 'pause' | 'close'

export interface SessionStep {
  readonly state: SessionState
  readonly answer: Answer
  readonly effect: SessionEffect
}

export const publicMethods =
  'OPTIONS, DESCRIBE, ANNOUNCE, SETUP, RECORD, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER'

/** One step of the session. Never throws. */
export function stepSession(state: SessionState, request: RtspRequest, facts: SessionFacts): SessionStep {
  const refuse = (status: number, headers: Answer['headers'] = []): SessionStep => ({
    state,
    answer: { status, headers },
    effect: 'none',
  })
  const required = header(request.headers, 'require')
  if (required !== undefined) return refuse(551, [['Unsupported', required]])
  const session = header(request.headers, 'session')?.split(';')[0]?.trim()
  if (session !== undefined && (state.phase === 'start' || session !== facts.sessionId)) return refuse(454)
  switch (request.method) {
    case 'OPTIONS':
      return refuse(200, [['Public', publicMethods]])
    case 'GET_PARAMETER':
    case 'SET_PARAMETER':
      return refuse(200, state.phase === 'start' ? [] : [sessionHeader(facts)])
    case 'DESCRIBE':
      return describe(state, request, facts, refuse)
    case 'ANNOUNCE':
      return announce(state, request, refuse)
    case 'SETUP':
      return setUp(state, request, facts, refuse)
    case 'RECORD':
      if (state.role !== 'publisher' || state.phase !== 'ready') return refuse(455, allow(state))
      return {
        state: { ...state, phase: 'recording' },
        answer: { status: 200, headers: [sessionHeader(facts)] },
        effect: 'publish',
      }
    case 'PLAY':
      return play(state, request, facts, refuse)
    case 'PAUSE':
      if (state.phase !== 'playing' && state.phase !== 'recording') return refuse(455, allow(state))
      return {
        state: { ...state, phase: 'ready' },
        answer: { status: 200, headers: [sessionHeader(facts)] },
        effect: state.phase === 'playing' ? 'pause' : 'unpublish',
      }
    case 'TEARDOWN':
      return { state: initialSession, answer: { status: 200, headers: [] }, effect: 'close' }
    default:
      return refuse(501, [['Public', publicMethods]])
  }
}

type Refuse = (status: number, headers?: Answer['headers']) => SessionStep

const sessionHeader = (facts: SessionFacts) =>
  ['Session', `${facts.sessionId};timeout=${facts.timeoutSeconds}`] as const

function allow(state: SessionState): Answer['headers'] {
  const always = ['OPTIONS', 'GET_PARAMETER', 'SET_PARAMETER', 'TEARDOWN']
  const more =
    state.phase === 'start'
      ? ['DESCRIBE', 'ANNOUNCE', 'SETUP']
      : state.phase === 'playing'
        ? ['PAUSE', 'PLAY']
        : state.phase === 'recording'
          ? ['PAUSE']
          : ['SETUP', state.role === 'publisher' ? 'RECORD' : 'PLAY']
  return [['Allow', [...always, ...more].join(', ')]]
}

function describe(state: SessionState, request: RtspRequest, facts: SessionFacts, refuse: Refuse): SessionStep {
  const path = pathOf(request.url)
  if (path === undefined) return refuse(404)
  if (state.role === 'publisher') return refuse(455, allow(state))
  const accept = header(request.headers, 'accept')
  if (accept !== undefined && !/application\/sdp|application\/\*|\*\/\*/i.test(accept)) return refuse(406)
  if (facts.published(path) === undefined) return refuse(404)
  return {
    state,
    answer: {
      status: 200,
      headers: [
        ['Content-Base', `${baseOf(request.url)}/`],
        ['Content-Type', 'application/sdp'],
      ],
      body: facts.describe(path),
    },
    effect: 'none',
  }
}

function announce(state: SessionState, request: RtspRequest, refuse: Refuse): SessionStep {
  if (state.phase !== 'start') return refuse(455, allow(state))
  const path = pathOf(request.url)
  if (path === undefined) return refuse(404)
  if (!/^application\/sdp\b/i.test(header(request.headers, 'content-type') ?? '')) return refuse(415)
  const tracks = readSessionDescription(request.body.toString('utf8'))
  if (!tracks) return refuse(400)
  const known = (track: Track) => (track.kind === 'video' ? videoCodecs : audioCodecs).includes(track.codec)
  if (tracks.length === 0 || !tracks.every(known)) return refuse(415)
  return {
    state: { ...initialSession, role: 'publisher', path, tracks },
    answer: { status: 200, headers: [] },
    effect: 'none',
  }
}

function setUp(state: SessionState, request: RtspRequest, facts: SessionFacts, refuse: Refuse): SessionStep {
  if (state.phase === 'recording' || state.phase === 'playing') return refuse(455, allow(state))
  const publishing = state.role === 'publisher'
  const { base, control } = splitTrack(request.url)
  const path = publishing || state.role === 'player' ? state.path : pathOf(base)
  if (path === undefined || (state.role === 'player' && pathOf(base) !== path)) return refuse(404)
  const tracks = publishing ? state.tracks : facts.published(path)
  if (!tracks) return refuse(404)
  const track = publishing ? announcedTrack(tracks, request.url) : playedTrack(tracks, control)
  if (track < 0) return refuse(404)
  const transport = readTransport(header(request.headers, 'transport') ?? '', {
    udp: facts.udp !== undefined,
    peer: facts.peer,
  })
  if (transport === undefined) return refuse(400)
  if (transport === 'unsupported') return refuse(461)
  if (transport.record !== publishing && transport.modeGiven) return refuse(455, allow(state))
  const others = state.carriers.filter((carrier) => carrier.track !== track)
  const carrier = chooseCarrier(track, transport, others, publishing)
  if (!carrier) return refuse(400)
  return {
    state: {
      ...state,
      phase: 'ready',
      role: publishing ? 'publisher' : 'player',
      path,
      tracks,
      carriers: [...others, carrier],
    },
    answer: {
      status: 200,
      headers: [['Transport', answerTransport(carrier, publishing, facts.udp)], sessionHeader(facts)],
    },
    effect: 'none',
  }
}

function play(state: SessionState, request: RtspRequest, facts: SessionFacts, refuse: Refuse): SessionStep {
  if (state.role !== 'player' || (state.phase !== 'ready' && state.phase !== 'playing'))
    return refuse(455, allow(state))
  if (facts.published(state.path) === undefined) return refuse(404)
  const info = facts.rtpInfo(state.path, baseOf(splitTrack(request.url).base), state.carriers)
  return {
    state: { ...state, phase: 'playing' },
    answer: {
      status: 200,
      headers: [sessionHeader(facts), ['Range', 'npt=now-'], ...(info === '' ? [] : [['RTP-Info', info] as const])],
    },
    effect: state.phase === 'playing' ? 'none' : 'play',
  }
}

const baseOf = (url: string) => (url.split('?')[0] ?? url).replace(/\/+$/, '')

function splitTrack(url: string): { base: string; control: string | undefined } {
  const match = /^(.*?)\/+(trackID=\d{1,2})(?:\?.*)?$/.exec(url)
  return match ? { base: match[1] ?? url, control: match[2] } : { base: url, control: undefined }
}

/** A publisher names a track by the control that it announced itself. */
function announcedTrack(tracks: readonly Track[], url: string): number {
  const index = tracks.findIndex(
    ({ control }) => control !== '' && (url === control || url.endsWith(`/${control}`) || url.endsWith(`?${control}`)),
  )
  return index < 0 && tracks.length === 1 && tracks[0]?.control === '' ? 0 : index
}

function playedTrack(tracks: readonly Track[], control: string | undefined): number {
  if (control === undefined) return tracks.length === 1 ? 0 : -1
  return tracks.findIndex((_, index) => controlOf(index) === control)
}

/** The channels that the client asks for if they are free (a player may be given others), or its UDP ports. */
function chooseCarrier(
  track: number,
  { carrier, pair }: AskedTransport,
  others: readonly TrackCarrier[],
  exactly: boolean,
): TrackCarrier | undefined {
  const taken = new Set(others.filter((other) => other.carrier === carrier).flatMap(({ rtp, rtcp }) => [rtp, rtcp]))
  const free = (rtp: number, rtcp: number) => rtp !== rtcp && !taken.has(rtp) && !taken.has(rtcp)
  if (pair && free(pair.rtp, pair.rtcp)) return { track, carrier, ...pair }
  if (pair && (exactly || carrier === 'udp')) return undefined
  for (let rtp = 0; rtp < 255; rtp += 2) if (free(rtp, rtp + 1)) return { track, carrier, rtp, rtcp: rtp + 1 }
  return undefined
}
