// One publication to an RTSP server: ANNOUNCE and RECORD over TCP (interleaved), written by FFmpeg's muxer.
import { Dictionary, FFmpegError, FormatContext, type Packet, Rational } from 'node-av'
import type { VideoEncoder } from './video-encoder.ts'

export interface Publication {
  write(packet: Packet): Promise<void>
  close(): Promise<void>
}

/** Opens it; rejects where the server is away or refuses the credential (in the address: rtsp://user:password@host:port/path). */
export async function publish(url: string, encoder: VideoEncoder, fps: number): Promise<Publication> {
  const output = new FormatContext()
  try {
    FFmpegError.throwIfError(output.allocOutputContext2(null, 'rtsp', url), 'output')
    const stream = output.newStream()
    FFmpegError.throwIfError(stream.codecpar.fromContext(encoder.context), 'parameters')
    stream.timeBase = new Rational(1, fps)
    const options = Dictionary.fromObject({ rtsp_transport: 'tcp', timeout: '8000000' })
    FFmpegError.throwIfError(await output.writeHeader(options), 'publish')
    return {
      async write(packet) {
        packet.streamIndex = 0
        packet.rescaleTs({ num: 1, den: fps }, stream.timeBase)
        FFmpegError.throwIfError(await output.interleavedWriteFrame(packet), 'send')
      },
      async close() {
        // TEARDOWN; a server that has gone cannot be told
        await output.writeTrailer().catch(() => undefined)
        output.freeContext()
      },
    }
  } catch (error) {
    output.freeContext()
    throw error
  }
}
