// MPEG-1 by node-rtsp-stream: an ffmpeg child that plays our own RTSP server, over loopback or in another process of ours. Of the package its VideoStream is used; its socket server,
// which would listen on every interface without a login, is never made, and its log goes to ours.
import { constants, setPriority } from 'node:os'
import VideoStream from 'node-rtsp-stream'
import type { LiveConfig } from '../../contracts/config/live.ts'
import { AppError } from '../../contracts/errors.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { createProgramLog } from './program-log.ts'
import type { LiveProducer } from './shared-stream.ts'

/** Where to play from, for one run of the program. */
export interface PlayAddress {
  /** with credentials, as the program needs it */
  readonly url: string
  /** the credential is of no use any more */
  revoke(): void
}

export interface Mpeg1Options {
  readonly cameraId: string
  readonly ffmpeg: string
  /** filters on the picture, FFmpeg's -vf */
  readonly filters: string
  readonly address: () => Promise<PlayAddress>
}

/** what JSMpeg plays; MediaSource is not asked */
export const mpeg1MediaType = 'video/mp2t; codecs="mp1v"'
/** a transport stream goes in packets of this size */
const packetBytes = 188

export function createMpeg1Producer(
  logger: Logger,
  config: Pick<LiveConfig, 'framesPerSecond' | 'kilobitsPerSecond'>,
  { cameraId, ffmpeg, filters, address }: Mpeg1Options,
): LiveProducer {
  return async (signal, output) => {
    if (signal.aborted) return
    const { url, revoke } = await address()
    return new Promise((resolve, reject) => {
      if (signal.aborted) return resolve(revoke())
      const log = createProgramLog(logger, { camera: cameraId, program: 'ffmpeg' })
      const stream = new LoopbackStream({
        name: cameraId,
        streamUrl: `${url}?tcp`,
        ffmpegPath: ffmpeg,
        ffmpegOptions: optionsOf(config, filters),
      })
      const { mpeg1Muxer, stream: child } = stream
      // as it comes from the package, what ffmpeg says goes to stderr as it is, with the address and its credential
      mpeg1Muxer.removeAllListeners('ffmpegStderr')
      child.removeAllListeners('exit')
      mpeg1Muxer.on('ffmpegStderr', (bytes: Buffer) => log.take(bytes))
      const stop = () => child.kill('SIGKILL')
      signal.addEventListener('abort', stop, { once: true })

      let rest: Buffer = Buffer.alloc(0)
      let begun = false
      stream.on('camdata', (bytes: Buffer) => {
        if (!begun) output.begin(mpeg1MediaType)
        begun = true
        const all = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes
        const whole = all.length - (all.length % packetBytes)
        rest = all.subarray(whole)
        // a decoder finds its way in at any packet
        if (whole > 0) output.piece({ kind: 'key', bytes: all.subarray(0, whole) })
      })
      const end = (reason: string) => {
        signal.removeEventListener('abort', stop)
        revoke()
        if (signal.aborted) return resolve()
        reject(new AppError('QLY_STREAM_UNREADABLE', `ffmpeg ${reason}${log.last === '' ? '' : `: ${log.last}`}`))
      }
      child.once('error', (error: Error) => end(`cannot be started: ${error.message}`))
      child.once('close', (code: number | null, killed: string | null) => end(`ended (${killed ?? code})`))
      if (child.pid !== undefined) belowVision(child.pid)
    })
  }
}

/** Watching must not take the time of looking. */
function belowVision(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL)
  } catch {
    // it has ended already, or we may not
  }
}

class LoopbackStream extends VideoStream {
  override pipeStreamToSocketServer(): this {
    return this
  }
}

/** One thread, no B frames, a key picture a second, everything written at once. */
function optionsOf(
  { framesPerSecond, kilobitsPerSecond }: Pick<LiveConfig, 'framesPerSecond' | 'kilobitsPerSecond'>,
  filters: string,
): Record<string, string> {
  const rate = `${kilobitsPerSecond}k`
  return {
    '-hide_banner': '',
    '-nostats': '',
    '-nostdin': '',
    '-loglevel': 'warning',
    '-an': '',
    '-vf': filters,
    '-r': String(framesPerSecond),
    '-b:v': rate,
    '-maxrate': rate,
    '-bufsize': `${Math.ceil(kilobitsPerSecond / 2)}k`,
    '-g': String(framesPerSecond),
    '-bf': '0',
    '-threads': '1',
    '-muxdelay': '0',
    '-flush_packets': '1',
  }
}
