// The size of a stream's pictures, where the source does not say it: its first key frame is decoded once.
import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, Codec, CodecContext, Dictionary, Frame, Packet } from 'node-av'
import { AppError } from '../../contracts/errors.ts'

const mostPixels = 100_000_000

/** Pixels. QLY_STREAM_UNREADABLE if no picture comes out of it. */
export async function pictureSize(
  codec: 'h264' | 'hevc',
  extraData: Buffer,
  keyFrame: Buffer,
): Promise<{ width: number; height: number }> {
  const found = Codec.findDecoder(codec === 'h264' ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC)
  const [context, frame, packet] = [new CodecContext(), new Frame(), new Packet()]
  context.allocContext3(found)
  frame.alloc()
  packet.alloc()
  try {
    context.extraData = extraData
    context.threadCount = 1
    const opened = await context.open2(found, Dictionary.fromObject({ max_pixels: String(mostPixels) }))
    packet.data = keyFrame
    if (opened >= 0) await context.sendPacket(packet)
    await context.sendPacket(null)
    if ((await context.receiveFrame(frame)) < 0 || frame.width === 0) {
      throw new AppError('QLY_STREAM_UNREADABLE', `its ${codec} key frame cannot be decoded, so its size is not known`)
    }
    return { width: frame.width, height: frame.height }
  } finally {
    packet.free()
    frame.free()
    context.freeContext()
  }
}
