// Plays the video track of an RTSP address: DESCRIBE, SETUP, PLAY, keep-alive. All of it on sockets of the event loop: FFmpeg's own RTSP client
// blocks a thread of libuv's pool for each camera, so that four hanging cameras would stop a whole process (measured).
import { AppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { type RtpPacket, readRtp, readSenderReport, type SenderReport } from '../rtsp/rtp.ts'
import { header } from '../rtsp/rtsp-message.ts'
import { readSessionDescription, type Track, videoCodecs } from '../rtsp/session-description.ts'
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
  onPacket(packet: RtpPacket): void
  onReport(report: SenderReport): void
  onClosed(error: AppError): void
}

export interface RtspPlayback {
  readonly track: Track
  close(): void
}

/** Resolves once the camera plays; rejects with QLY_STREAM_UNREADABLE. Packets may come before it resolves. */
export async function playRtsp(address: RtspAddress, options: PlayOptions): Promise<RtspPlayback> {
  const { clock, signal } = options
  const channels = { rtp: -1, rtcp: -1 }
  let datagrams: DatagramPair | undefined
  let cancelKeepAlive = () => {}
  const receive = (control: boolean, bytes: Buffer, deliver: (packet: RtpPacket) => void) => {
    if (control) {
      const report = readSenderReport(bytes)
      if (report) options.onReport(report)
      return
    }
    const packet = readRtp(bytes)
    if (packet) deliver(packet)
  }
  const end = () => {
    cancelKeepAlive()
    datagrams?.close()
    datagrams = undefined
  }
  const connection = await connectRtsp(address, options.credential, options, {
    onPacket(channel, bytes) {
      if (channel === channels.rtp || channel === channels.rtcp)
        receive(channel === channels.rtcp, bytes, options.onPacket)
    },
    onClosed(error) {
      end()
      options.onClosed(error)
    },
  })
  try {
    const { track, base } = await describeVideo(connection, address.url)
    const url = trackUrl(base, track.control)
    if (options.transport === 'udp') {
      const reorder = createReorderBuffer<RtpPacket>(32)
      const deliver = (packet: RtpPacket) => {
        for (const each of reorder(packet)) options.onPacket(each)
      }
      datagrams = await bindDatagramPair(connection.localAddress, connection.remoteAddress, (control, bytes) =>
        receive(control, bytes, deliver),
      )
    }
    const transport = datagrams
      ? `RTP/AVP;unicast;client_port=${datagrams.rtpPort}-${datagrams.rtpPort + 1}`
      : 'RTP/AVP/TCP;unicast;interleaved=0-1'
    const setUp = await connection.ask('SETUP', url, { Transport: transport })
    const given = /interleaved=(\d+)(?:-(\d+))?/i.exec(header(setUp.headers, 'transport') ?? '')
    channels.rtp = Number(given?.[1] ?? 0)
    channels.rtcp = Number(given?.[2] ?? channels.rtp + 1)
    await connection.ask('PLAY', base, { Range: 'npt=0.000-' })
    const timeout = Number(/timeout=(\d+)/i.exec(header(setUp.headers, 'session') ?? '')?.[1] ?? 60)
    cancelKeepAlive = keepAlive(clock, connection, base, Math.max(2, timeout / 2) * 1000)
    signal.throwIfAborted()
    return {
      track,
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

async function describeVideo(connection: RtspClientConnection, url: string): Promise<{ track: Track; base: string }> {
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
  return { track, base: header(answer.headers, 'content-base') ?? header(answer.headers, 'content-location') ?? url }
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
