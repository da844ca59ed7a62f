// Test helper: plays a video file into CameraFrames by a FramePlan, as media does: sampled, cut and scaled by FFmpeg, in the file's own time.
import { existsSync } from 'node:fs'
import { Decoder, Demuxer, FilterAPI } from 'node-av/api'
import { AVSEEK_FLAG_BACKWARD } from 'node-av/constants'
import type { Frame } from 'node-av/lib'
import type { CameraFrame, FrameCut, FrameCutPixels, FramePlan, Pixels } from '../../contracts/frames.ts'

export interface ClipOptions {
  readonly file: string
  /** seconds into the file where it begins; default 0 */
  readonly from?: number
  /** seconds for which the last frame is held at the end; default 0 */
  readonly holdLast?: number
  /** event time of the first frame, ms */
  readonly startAt: number
}

export const sharedData = new URL('../../../../shared/data/', import.meta.url).pathname
export const sharedClip = (name: string): string => `${sharedData}clips/${name}`
export const hasSharedData = existsSync(sharedData)

/** Frames of the clip, one by one; the pixels of a frame are valid until the next is asked for. */
export async function* clipFrames(plan: FramePlan, options: ClipOptions): AsyncGenerator<CameraFrame> {
  const interval = 1000 / plan.framesPerSecond
  let sequence = 0
  let kept: Frame | undefined
  const toRgb = createConverter()
  for await (const { seconds, frame } of decode(options.file, options.from ?? 0)) {
    const elapsed = (seconds - (options.from ?? 0)) * 1000
    if (elapsed < sequence * interval - 1) continue
    yield await toCameraFrame(toRgb, frame, plan, sequence, options.startAt + sequence * interval)
    sequence++
    kept?.free()
    kept = (options.holdLast ? frame.clone() : undefined) ?? undefined
  }
  const held = Math.round(((options.holdLast ?? 0) * 1000) / interval)
  for (let index = 0; index < held && kept !== undefined; index++) {
    yield await toCameraFrame(toRgb, kept, plan, sequence, options.startAt + sequence * interval)
    sequence++
  }
  kept?.free()
}

/** From the last key frame before `from` seconds. */
async function* decode(file: string, from: number): AsyncGenerator<{ seconds: number; frame: Frame }> {
  await using input = await Demuxer.open(file)
  const stream = input.video()
  if (stream === undefined) throw new Error(`${file} has no video`)
  if (from > 0) await input.seek(from, -1, AVSEEK_FLAG_BACKWARD)
  using decoder = await Decoder.create(stream)
  const { num, den } = stream.timeBase
  for await (const frame of decoder.frames(input.packets(stream.index))) {
    if (frame === null) continue
    yield { seconds: (Number(frame.bestEffortTimestamp) * num) / den, frame }
    frame.free()
  }
}

async function toCameraFrame(
  toRgb: Converter,
  frame: Frame,
  plan: FramePlan,
  sequence: number,
  capturedAt: number,
): Promise<CameraFrame> {
  const { width, height } = frame
  const cuts: FrameCutPixels[] = []
  for (const cut of plan.cuts) cuts.push(await cutOut(toRgb, frame, cut))
  return {
    cameraId: plan.cameraId,
    sequence,
    capturedAt,
    width,
    height,
    discontinuity: sequence === 0,
    cuts,
    fullFrame: () => toRgb(frame, 'format=rgb24'),
  }
}

async function cutOut(toRgb: Converter, frame: Frame, cut: FrameCut): Promise<FrameCutPixels> {
  const left = Math.round(cut.region[0] * frame.width)
  const top = Math.round(cut.region[1] * frame.height)
  const width = Math.round(cut.region[2] * frame.width) - left
  const height = Math.round(cut.region[3] * frame.height) - top
  const scale = Math.min(cut.width / width, cut.height / height)
  const pictureWidth = Math.round(width * scale)
  const pictureHeight = Math.round(height * scale)
  const multiple = cut.multipleOf
  const side = (picture: number, whole: number) =>
    multiple === undefined ? whole : Math.min(whole, Math.ceil(picture / multiple) * multiple)
  const [inputWidth, inputHeight] = [side(pictureWidth, cut.width), side(pictureHeight, cut.height)]
  const offsetX = cut.letterbox === 'centre' ? Math.floor((inputWidth - pictureWidth) / 2) : 0
  const offsetY = cut.letterbox === 'centre' ? Math.floor((inputHeight - pictureHeight) / 2) : 0
  const pad = `pad=${inputWidth}:${inputHeight}:${offsetX}:${offsetY}:color=0x727272`
  const chain = `crop=${width}:${height}:${left}:${top}:exact=1,scale=${pictureWidth}:${pictureHeight},format=rgb24,${pad}`
  const pixels = await toRgb(frame, chain)
  return { ...pixels, cut, offsetX, offsetY, pictureWidth, pictureHeight }
}

type Converter = (frame: Frame, chain: string) => Promise<Pixels>

/** Keeps a filter graph for each chain and input size. A graph takes one frame at a time, so each clip that is played has its own. */
function createConverter(): Converter {
  const graphs = new Map<string, FilterAPI>()
  return async (frame, chain) => {
    const key = `${frame.width}x${frame.height} ${frame.format} ${chain}`
    const graph = graphs.get(key) ?? FilterAPI.create(chain)
    graphs.set(key, graph)
    const [output] = await graph.processAll(frame)
    if (output === undefined) throw new Error(`no frame from ${chain}`)
    const rgb = new Uint8Array(output.toBuffer())
    const pixels = { width: output.width, height: output.height, rgb }
    output.free()
    return pixels
  }
}
