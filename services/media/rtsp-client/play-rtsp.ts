// Plays the video track of an RTSP address, and its sound if that is wanted: DESCRIBE, SETUP, PLAY, keep-alive. All of it on sockets of the event loop: FFmpeg's own RTSP client
// blocks a thread of libuv's pool for each camera, so that four hanging cameras would stop a whole process (measured).
import { AppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createIntake, type IntakeLimits } from '../limits/intake.ts'
import { type RtpPacket, readRtp, readSenderReport, type SenderReport } from '../rtsp/rtp.ts'
import { header } from '../rtsp/rtsp-message.ts'
import { readSessionDescription, type Track, videoCodecs } from '../rtsp/session-description.ts'
import { canHear } from '../sound/sound-reader.ts'
import { bindDatagramPair, type DatagramPair } from './datagram-pair.ts'
import { createReorderBuffer } from './reorder-buffer.ts'
import { type RtspAddress, trackUrl } from './rtsp-address.ts'
import { type Credential, connectRtsp, type RtspClientConnection } from './rtsp-caller.ts'

export interface PlayOptions {
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly credential: Credential | undefined
  readonly transport: 'tcp' | 'udp'
  readonly verifyCertificates: boolean
  /** what the camera may send; default: anything */
  readonly limits?: IntakeLimits
  onPacket(packet: RtpPacket): void
  onReport(report: SenderReport): void
  /** Given: sound is played too, where the camera has some that we know. */
  readonly sound?: { onPacket(packet: RtpPacket): void; onReport(report: SenderReport): void }
  onClosed(error: AppError): void
}

export interface RtspPlayback {
  readonly track: Track
  /** its sound, if it was asked for and the camera plays it */
  readonly sound: Track | undefined
  /** the codec of its sound, where that is none that we pass on */
  readonly unheard: string | undefined
  /** how often the camera was held back, so far */
  readonly heldBack: number
  close(): void
}

/** Resolves once the camera plays; rejects with QLY_STREAM_UNREADABLE. Packets may come before it resolves. */
export async function playRtsp(address: RtspAddress, options: PlayOptions): Promise<RtspPlayback> {
  const { clock, signal } = options
  const routes: Route[] = []
  const intake = createIntake(clock, options.limits)
  let cancelKeepAlive = () => {}
  const end = () => {
    cancelKeepAlive()
    for (const { datagrams } of routes.splice(0)) datagrams?.close()
  }
  const connection = await connectRtsp(
    address,
    options.credential,
    { ...options, intake },
    {
      onPacket(channel, bytes) {
        const route = routes.find(({ rtp, rtcp }) => channel === rtp || channel === rtcp)
        if (route) receive(route, channel === route.rtcp, bytes)
      },
      onClosed(error) {
        end()
        options.onClosed(error)
      },
    },
  )
  let session = ''
  const setUp = async (url: string, taker: Taker) => {
    const route: Route = { taker, rtp: -1, rtcp: -1 }
    if (options.transport === 'udp') {
      const reorder = createReorderBuffer<RtpPacket>(32)
      const ordered = {
        ...taker,
        onPacket(packet: RtpPacket) {
          for (const each of reorder(packet)) taker.onPacket(each)
        },
      }
      route.datagrams = await bindDatagramPair(connection.localAddress, connection.remoteAddress, (control, bytes) => {
        if (intake.full) return
        intake.took(bytes.length, 1)
        receive({ ...route, taker: ordered }, control, bytes)
      })
    }
    routes.push(route)
    const [port, channel] = [route.datagrams?.rtpPort ?? 0, 2 * (routes.length - 1)]
    const transport = route.datagrams
      ? `RTP/AVP;unicast;client_port=${port}-${port + 1}`
      : `RTP/AVP/TCP;unicast;interleaved=${channel}-${channel + 1}`
    const { headers } = await connection.ask('SETUP', url, { Transport: transport })
    const given = /interleaved=(\d+)(?:-(\d+))?/i.exec(header(headers, 'transport') ?? '')
    if (!route.datagrams) {
      route.rtp = Number(given?.[1] ?? channel)
      route.rtcp = Number(given?.[2] ?? route.rtp + 1)
    }
    session = header(headers, 'session') ?? session
  }
  try {
    const { track, audio, unheard, base } = await describe(connection, address.url)
    await setUp(trackUrl(base, track.control), options)
    let sound: Track | undefined
    if (options.sound && audio) {
      // a camera that refuses its sound is still seen
      const refused = await setUp(trackUrl(base, audio.control), options.sound).then(
        () => false,
        () => true,
      )
      if (!refused) sound = audio
      else if (routes.length > 1) routes.pop()?.datagrams?.close()
    }
    await connection.ask('PLAY', base, { Range: 'npt=0.000-' })
    const timeout = Number(/timeout=(\d+)/i.exec(session)?.[1] ?? 60)
    cancelKeepAlive = keepAlive(clock, connection, base, Math.max(2, timeout / 2) * 1000)
    signal.throwIfAborted()
    return {
      track,
      sound,
      unheard,
      get heldBack() {
        return intake.heldBack
      },
      close() {
        end()
        connection.close(base)
      },
    }
  } catch (error) {
    end()
    connection.close()
    throw error
  }
}

type Taker = Pick<PlayOptions, 'onPacket' | 'onReport'>

/** Where the packets of a track come from, and who takes them. */
interface Route {
  readonly taker: Taker
  /** channels of the connection; -1 over UDP */
  rtp: number
  rtcp: number
  datagrams?: DatagramPair
}

function receive({ taker }: Route, control: boolean, bytes: Buffer): void {
  if (control) {
    const report = readSenderReport(bytes)
    if (report) taker.onReport(report)
    return
  }
  const packet = readRtp(bytes)
  if (packet) taker.onPacket(packet)
}

async function describe(
  connection: RtspClientConnection,
  url: string,
): Promise<{ track: Track; audio: Track | undefined; unheard: string | undefined; base: string }> {
  const answer = await connection.ask('DESCRIBE', url, { Accept: 'application/sdp' })
  const tracks = readSessionDescription(answer.body.toString('utf8'))
  if (!tracks) throw new AppError('QLY_STREAM_UNREADABLE', 'its description cannot be read')
  const videos = tracks.filter((track) => track.kind === 'video')
  const track = videos.find(({ codec }) => videoCodecs.includes(codec))
  if (!track) {
    const codecs = videos.map(({ codec }) => codec).join(', ')
    throw new AppError(
      'QLY_STREAM_UNREADABLE',
      codecs === '' ? 'it has no video' : `its video is ${codecs}; set the camera to ${videoCodecs.join(' or ')}`,
    )
  }
  const sounds = tracks.filter(({ kind }) => kind === 'audio')
  const audio = sounds.find(canHear)
  return {
    track,
    audio,
    unheard: audio ? undefined : sounds[0]?.codec,
    base: header(answer.headers, 'content-base') ?? header(answer.headers, 'content-location') ?? url,
  }
}

/** Keeps the session alive until cancelled; an answer, whatever it is, will do. */
function keepAlive(clock: Clock, connection: RtspClientConnection, url: string, interval: number): () => void {
  let cancel = clock.after(interval, beat)
  function beat() {
    void connection.ask('GET_PARAMETER', url).catch(() => {})
    cancel = clock.after(interval, beat)
  }
  return () => cancel()
}
