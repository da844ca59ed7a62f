// The process that decodes mutated streams as the product does (decoder, then cuts), one after the other: what crashes here crashes no app.
import { AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_LOG_QUIET, Log, Packet } from 'node-av'
import { AppError } from '../../../services/contracts/errors.ts'
import { createFrameDecoder } from '../../../services/media/camera-source/frame-decoder.ts'
import { createCutFilter, type FrameFilter, formatOf } from '../../../services/media/camera-source/frame-filter.ts'
import { createPixelStore } from '../../../services/media/camera-source/pixel-store.ts'

export interface MutatedStream {
  readonly codec: 'H264' | 'H265'
  /** parameter sets of the description, Annex B */
  readonly extraData: Uint8Array | undefined
  /** access units, Annex B */
  readonly packets: readonly Uint8Array[]
  readonly maximumPixels: number
}

export interface Decoded {
  readonly pictures: number
  readonly damaged: number
  /** given up as garbage, or too large */
  readonly refused: boolean
  /** bytes of this process, now and at most */
  readonly memory: number
  readonly peak: number
}

Log.setLevel(AV_LOG_QUIET)
const plan = [
  {
    id: 'a',
    region: [0, 0, 1, 1] as [number, number, number, number],
    width: 64,
    height: 64,
    letterbox: 'centre' as const,
  },
]
const store = createPixelStore(2)

process.on('message', async (stream: MutatedStream) => {
  process.send?.(await decode(stream))
})

async function decode({ codec, extraData, packets, maximumPixels }: MutatedStream): Promise<Decoded> {
  let [pictures, refused] = [0, false]
  let filter: FrameFilter | undefined
  const input = {
    codec: codec === 'H264' ? AV_CODEC_ID_H264 : AV_CODEC_ID_HEVC,
    parameters: undefined,
    extraData: extraData && Buffer.from(extraData),
    timeBase: { num: 1, den: 90_000 },
  }
  const packet = new Packet()
  packet.alloc()
  let decoder: Awaited<ReturnType<typeof createFrameDecoder>> | undefined
  try {
    const opened = await createFrameDecoder(input, { threads: 1, maximumPixels })
    decoder = opened
    for (const bytes of [...packets, undefined]) {
      if (bytes) packet.data = Buffer.from(bytes)
      await opened.decode(bytes ? packet : null, async (frame) => {
        pictures++
        if (frame.width * frame.height > maximumPixels) throw new Error(`${frame.width}×${frame.height} came through`)
        if (filter?.format !== formatOf(frame)) {
          filter?.close()
          filter = undefined
          filter = await createCutFilter(frame, plan)
        }
        for (const { rgb } of await filter.cut(frame, store)) store.giveBack(rgb)
      })
      packet.unref()
    }
  } catch (error) {
    // a refusal with its reason is what it should be; anything else ends this process, and counts as a crash
    if (!(error instanceof AppError)) throw error
    refused = true
  } finally {
    filter?.close()
    decoder?.close()
    packet.free()
  }
  const { rss } = process.memoryUsage()
  return { pictures, damaged: decoder?.damaged ?? 0, refused, memory: rss, peak: process.resourceUsage().maxRSS * 1024 }
}
