// Video files through FFmpeg's demuxer. Its calls run on libuv's pool and only on regular files, so they cannot hang for long.
import { stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import {
  AV_NOPTS_VALUE,
  AVERROR_EOF,
  AVMEDIA_TYPE_VIDEO,
  avGetCodecName,
  FFmpegError,
  FormatContext,
  type Packet,
} from 'node-av'
import { AppError } from '../../contracts/errors.ts'
import type { PacketSink } from '../../contracts/packets.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createFileClock } from './event-clock.ts'
import { tapFile } from './file-tap.ts'
import { maskUrl } from './mask-url.ts'
import type { VideoInput } from './video-input.ts'

/** Opens a file:// address. It begins to play, in event time, at the clock's present time. */
export async function openFile(
  source: string,
  clock: Pick<Clock, 'now'>,
  signal: AbortSignal,
  tap?: PacketSink,
): Promise<VideoInput> {
  const path = await regularFile(source)
  const context = new FormatContext()
  context.allocContext()
  const interrupt = () => context.interrupt()
  signal.addEventListener('abort', interrupt, { once: true })
  const close = async () => {
    signal.removeEventListener('abort', interrupt)
    await context.closeInput()
  }
  const must = (code: number, step: string) => {
    signal.throwIfAborted()
    if (code < 0) throw unreadable(source, `${step}: ${FFmpegError.strerror(code)}`)
  }
  try {
    must(await context.openInput(path), 'open')
    must(await context.findStreamInfo(null), 'read its streams')
    const index = context.findBestStream(AVMEDIA_TYPE_VIDEO)
    const stream = index < 0 ? undefined : context.streams[index]
    if (!stream) throw unreadable(source, 'it has no video')
    const { num, den } = stream.timeBase
    const startedAt = clock.now()
    const times = createFileClock(startedAt)
    const tapped = tap && tapFile(tap, context, index, startedAt)
    return {
      description: `${avGetCodecName(stream.codecpar.codecId)} ${stream.codecpar.width}×${stream.codecpar.height}`,
      codec: stream.codecpar.codecId,
      parameters: stream.codecpar,
      extraData: undefined,
      timeBase: { num, den },
      live: false,
      droppedPackets: 0,
      async next(packet: Packet) {
        for (;;) {
          packet.unref()
          const code = await context.readFrame(packet)
          if (code === AVERROR_EOF) return false
          must(code, 'read')
          tapped?.take(packet)
          if (packet.streamIndex === index) return true
        }
      },
      timeOf: (timestamp) => times.timeOf(timestamp === AV_NOPTS_VALUE ? undefined : (Number(timestamp) * num) / den),
      async rewind() {
        must(await context.seekFrame(-1, 0n), 'go back to its start')
        times.rewind()
        tapped?.rewind()
      },
      async close() {
        tap?.end('closed')
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

const unreadable = (source: string, reason: string) =>
  new AppError('QLY_STREAM_UNREADABLE', `${maskUrl(source)} cannot be played: ${reason}`)

/** A pipe or device could block a thread for ever: only regular files are opened. */
async function regularFile(source: string): Promise<string> {
  try {
    const path = fileURLToPath(source)
    const found = await stat(path)
    if (!found.isFile()) throw new Error('it is no regular file')
    return path
  } catch (error) {
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String((error as Error).message)
    throw unreadable(source, reason)
  }
}
