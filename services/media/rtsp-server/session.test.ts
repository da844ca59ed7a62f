// The session machine, state by state: what each method answers, where it leads, and what is refused.
import { describe, expect, it } from 'vitest'
import type { RtspRequest } from '../rtsp/rtsp-message.ts'
import { readSessionDescription } from '../rtsp/session-description.ts'
import { initialSession, type SessionFacts, type SessionState, stepSession } from './session.ts'

const description =
  'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:streamid=0\r\nm=audio 0 RTP/AVP 8\r\na=control:streamid=1\r\n'
const tracks = readSessionDescription(description) ?? []
const facts: SessionFacts = {
  sessionId: 'abc',
  timeoutSeconds: 60,
  peer: '192.0.2.7',
  udp: { rtp: 6000, rtcp: 6001 },
  published: (path) => (path === 'cam' ? tracks : undefined),
  describe: () => description,
  rtpInfo: () => 'url=rtsp://h/cam/trackID=0;seq=7;rtptime=9',
}

const request = (
  method: string,
  url = 'rtsp://h/cam',
  headers: Record<string, string> = {},
  body = '',
): RtspRequest => ({
  kind: 'request',
  method,
  url,
  headers: new Map(Object.entries({ cseq: '1', ...headers }).map(([name, value]) => [name, [value]])),
  body: Buffer.from(body),
})

const sdp = { 'content-type': 'application/sdp' }
const tcp = (channels: string, mode = '') => ({ transport: `RTP/AVP/TCP;unicast;interleaved=${channels}${mode}` })
const announce = request('ANNOUNCE', 'rtsp://h/cam', sdp, description)
const recordSetup = (track: number) =>
  request('SETUP', `rtsp://h/cam/streamid=${track}`, tcp(`${2 * track}-${2 * track + 1}`, ';mode=record'))
const playSetup = (track: number, channels = `${2 * track}-${2 * track + 1}`) =>
  request('SETUP', `rtsp://h/cam/trackID=${track}`, tcp(channels))

const udpSetup = (track: number, ports: string) =>
  request('SETUP', `rtsp://h/cam/trackID=${track}`, { transport: `RTP/AVP;unicast;${ports}` })

function walk(...requests: RtspRequest[]): SessionState {
  return requests.reduce((state, next) => {
    const step = stepSession(state, next, facts)
    expect(step.answer.status, next.method).toBe(200)
    return step.state
  }, initialSession)
}

const ready = { publisher: () => walk(announce, recordSetup(0)), player: () => walk(request('DESCRIBE'), playSetup(0)) }
const status = (state: SessionState, next: RtspRequest) => stepSession(state, next, facts).answer.status

describe('publishing', () => {
  it('goes announce, set up, record, teardown', () => {
    const state = walk(announce, recordSetup(0), recordSetup(1))
    expect(state.carriers).toEqual([
      { track: 0, carrier: 'tcp', rtp: 0, rtcp: 1 },
      { track: 1, carrier: 'tcp', rtp: 2, rtcp: 3 },
    ])
    const recording = stepSession(state, request('RECORD', 'rtsp://h/cam', { session: 'abc' }), facts)
    expect(recording).toMatchObject({ effect: 'publish', state: { phase: 'recording', path: 'cam' } })
    expect(stepSession(recording.state, request('TEARDOWN'), facts)).toMatchObject({
      effect: 'close',
      state: initialSession,
    })
  })

  it.each([
    ['no description', request('ANNOUNCE', 'rtsp://h/cam', {}, description), 415],
    ['garbage as description', request('ANNOUNCE', 'rtsp://h/cam', sdp, 'garbage'), 400],
    ['no tracks', request('ANNOUNCE', 'rtsp://h/cam', sdp, 'v=0\r\n'), 415],
    [
      'a codec that is not passed through',
      request('ANNOUNCE', 'rtsp://h/cam', sdp, 'v=0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\n'),
      415,
    ],
    ['a path that climbs', request('ANNOUNCE', 'rtsp://h/../etc', sdp, description), 404],
    ['no path', request('ANNOUNCE', 'rtsp://h', sdp, description), 404],
  ])('refuses %s', (_, next, expected) => {
    expect(status(initialSession, next)).toBe(expected)
  })

  it('pauses and records again', () => {
    const recording = walk(announce, recordSetup(0), request('RECORD'))
    const paused = stepSession(recording, request('PAUSE'), facts)
    expect(paused).toMatchObject({ effect: 'unpublish', state: { phase: 'ready', role: 'publisher' } })
    expect(stepSession(paused.state, request('RECORD'), facts).effect).toBe('publish')
  })

  it('does not come over UDP', () => {
    const udp = { transport: 'RTP/AVP;unicast;client_port=5000-5001;mode=record' }
    expect(status(walk(announce), request('SETUP', 'rtsp://h/cam/streamid=0', udp))).toBe(461)
  })

  it('refuses what does not fit the state', () => {
    const announced = walk(announce)
    expect(status(announced, request('RECORD'))).toBe(455)
    expect(status(announced, announce)).toBe(200)
    expect(status(ready.publisher(), announce)).toBe(455)
    expect(status(ready.publisher(), request('PLAY'))).toBe(455)
    expect(status(ready.publisher(), request('DESCRIBE'))).toBe(455)
    expect(status(announced, request('SETUP', 'rtsp://h/cam/streamid=7', tcp('0-1')))).toBe(404)
    expect(
      status(walk(announce, recordSetup(0)), request('SETUP', 'rtsp://h/cam/streamid=1', tcp('0-1', ';mode=record'))),
    ).toBe(400)
  })
})

describe('playing', () => {
  it('goes describe, set up, play, pause, play, teardown', () => {
    const described = stepSession(initialSession, request('DESCRIBE'), facts)
    expect(described.answer).toMatchObject({ status: 200, body: description })
    const playing = stepSession(ready.player(), request('PLAY'), facts)
    expect(playing).toMatchObject({ effect: 'play', state: { phase: 'playing' } })
    expect(playing.answer.headers).toContainEqual(['RTP-Info', 'url=rtsp://h/cam/trackID=0;seq=7;rtptime=9'])
    const paused = stepSession(playing.state, request('PAUSE'), facts)
    expect(paused).toMatchObject({ effect: 'pause', state: { phase: 'ready' } })
    expect(stepSession(paused.state, request('PLAY'), facts).effect).toBe('play')
    expect(stepSession(playing.state, request('PLAY'), facts).effect).toBe('none')
  })

  it('goes over UDP to the ports that the player names, at its own address', () => {
    const step = stepSession(initialSession, udpSetup(0, 'client_port=5000-5001'), facts)
    expect(step.state.carriers).toEqual([{ track: 0, carrier: 'udp', rtp: 5000, rtcp: 5001 }])
    expect(step.answer.headers[0]).toEqual(['Transport', 'RTP/AVP;unicast;client_port=5000-5001;server_port=6000-6001'])
    expect(status(initialSession, udpSetup(0, 'client_port=5000-5001;destination=192.0.2.7'))).toBe(200)
    expect(
      stepSession(initialSession, udpSetup(0, 'client_port=5000'), { ...facts, udp: undefined }).answer.status,
    ).toBe(461)
    expect(status(walk(udpSetup(0, 'client_port=5000-5001')), udpSetup(1, 'client_port=5000-5001'))).toBe(400)
    const list = request('SETUP', 'rtsp://h/cam/trackID=0', {
      transport:
        'RTP/SAVP;unicast;client_port=1-2, RTP/AVP/UDP;unicast;client_port=5000-5001,RTP/AVP/TCP;interleaved=0-1',
    })
    expect(walk(list).carriers[0]?.carrier).toBe('udp')
  })

  it('gives a track other channels where those asked for are taken', () => {
    const state = walk(playSetup(0, '0-1'), playSetup(1, '0-1'))
    expect(state.carriers).toEqual([
      { track: 0, carrier: 'tcp', rtp: 0, rtcp: 1 },
      { track: 1, carrier: 'tcp', rtp: 2, rtcp: 3 },
    ])
    expect(walk(request('SETUP', 'rtsp://h/cam/trackID=1', { transport: 'RTP/AVP/TCP;unicast' })).carriers).toEqual([
      { track: 1, carrier: 'tcp', rtp: 0, rtcp: 1 },
    ])
  })

  it.each([
    ['multicast', request('SETUP', 'rtsp://h/cam/trackID=0', { transport: 'RTP/AVP;multicast' }), 461],
    ['UDP to somebody else', udpSetup(0, 'client_port=5000-5001;destination=192.0.2.8'), 461],
    ['UDP to a port of the system', udpSetup(0, 'client_port=53-54'), 461],
    ['UDP without a port', udpSetup(0, 'x=y'), 400],
    ['no transport', request('SETUP', 'rtsp://h/cam/trackID=0'), 400],
    ['a channel that is no byte', request('SETUP', 'rtsp://h/cam/trackID=0', tcp('256-257')), 400],
    ['a track that is not there', request('SETUP', 'rtsp://h/cam/trackID=9', tcp('0-1')), 404],
    ['the whole of two tracks', request('SETUP', 'rtsp://h/cam', tcp('0-1')), 404],
    ['a stream that nobody publishes', request('DESCRIBE', 'rtsp://h/other'), 404],
    ['another kind of description', request('DESCRIBE', 'rtsp://h/cam', { accept: 'text/html' }), 406],
    ['a feature that we lack', request('DESCRIBE', 'rtsp://h/cam', { require: 'x' }), 551],
    ['a session that is not ours', request('PLAY', 'rtsp://h/cam', { session: 'xyz' }), 454],
    ['playing before set-up', request('PLAY'), 455],
    ['pausing before playing', request('PAUSE'), 455],
    ['an unknown method', request('REDIRECT'), 501],
  ])('refuses %s', (_, next, expected) => {
    expect(status(initialSession, next)).toBe(expected)
  })

  it('answers OPTIONS and the keep-alive in every state', () => {
    for (const state of [initialSession, ready.player(), ready.publisher()])
      for (const method of ['OPTIONS', 'GET_PARAMETER']) expect(status(state, request(method))).toBe(200)
  })
})
