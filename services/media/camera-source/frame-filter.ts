// FFmpeg's filters: one decoded picture → the cuts of a plan as packed RGB at the model's size (split → crop, scale, pad), or the whole picture as RGB.
import { AV_BUFFERSRC_FLAG_KEEP_REF, type FilterContext, FilterGraph, Frame } from 'node-av'
import { AppError } from '../../contracts/errors.ts'
import type { FrameCut, FrameCutPixels, Pixels } from '../../contracts/frames.ts'
import { type CutPlacement, placeCut } from './cut-geometry.ts'
import type { PixelStore } from './pixel-store.ts'

/** What a graph is built for; another kind of picture needs another graph. */
export function formatOf(frame: Frame): string {
  return `${frame.width}x${frame.height}:${frame.format}:${frame.colorSpace}:${frame.colorRange}`
}

export interface FrameFilter {
  readonly format: string
  /** The cuts of a picture, in the order of the plan; their pixels are taken from the store and belong to the caller. */
  cut(frame: Frame, store: PixelStore): Promise<FrameCutPixels[]>
  close(): void
}

/** A filter for pictures like this one. Runs in FFmpeg, off the event loop. */
export async function createCutFilter(frame: Frame, cuts: readonly FrameCut[]): Promise<FrameFilter> {
  const format = formatOf(frame)
  if (cuts.length === 0) return { format, cut: async () => [], close() {} }
  const placements = cuts.map((cut) => placeCut(cut, frame))
  const graph = await createGraph(
    frame,
    placements.map((placement, index) => chain(placement, cuts[index])),
  )
  return {
    format,
    async cut(picture, store) {
      const outputs = await graph.run(picture, (scaled) => copyPixels(scaled, store))
      return outputs.map((rgb, index) => {
        const cut = cuts[index] as FrameCut
        const { offsetX, offsetY, pictureWidth, pictureHeight } = placements[index] as CutPlacement
        return { cut, width: cut.width, height: cut.height, rgb, offsetX, offsetY, pictureWidth, pictureHeight }
      })
    },
    close: graph.close,
  }
}

/** The whole picture as RGB (a graph for one use: evidence is rare). */
export async function convertWhole(frame: Frame): Promise<Pixels> {
  const graph = await createGraph(frame, ['format=rgb24'])
  try {
    const [rgb] = await graph.run(frame, (scaled) => scaled.toBuffer())
    return { width: frame.width, height: frame.height, rgb: rgb as Buffer }
  } finally {
    graph.close()
  }
}

/** grey 114, the letterbox that YOLO-type models are trained with */
const letterboxColour = '0x727272'

function chain({ crop, scaled }: CutPlacement, cut: FrameCut | undefined): string {
  const steps = [
    `crop=${crop.width}:${crop.height}:${crop.x}:${crop.y}:exact=1`,
    `scale=${scaled.width}:${scaled.height}:flags=bilinear`,
    'format=rgb24',
  ]
  if (cut && (scaled.width !== cut.width || scaled.height !== cut.height)) {
    steps.push(`pad=${cut.width}:${cut.height}:${scaled.x}:${scaled.y}:color=${letterboxColour}`)
  }
  return steps.join(',')
}

async function createGraph(frame: Frame, chains: readonly string[]) {
  const source =
    `buffer@in=video_size=${frame.width}x${frame.height}:pix_fmt=${frame.format}:time_base=1/1000:pixel_aspect=1/1` +
    `:colorspace=${frame.colorSpace}:range=${frame.colorRange}`
  const pads = chains.map((_, index) => `[s${index}]`).join('')
  const ends = chains.map((steps, index) => `${steps},buffersink@out${index}`)
  const text =
    ends.length === 1
      ? `${source},${ends[0]}`
      : `${source},split=${ends.length}${pads};${ends.map((end, index) => `[s${index}]${end}`).join(';')}`
  const graph = new FilterGraph()
  graph.alloc()
  graph.nbThreads = 1
  const output = new Frame()
  output.alloc()
  const close = () => {
    output.free()
    graph.free()
  }
  const must = (code: number, step: string) => {
    if (code < 0) throw new AppError('QLY_STREAM_UNREADABLE', `pictures cannot be scaled (${step}: ${code}, ${source})`)
  }
  try {
    must(graph.parse2(text), 'parse')
    must(await graph.config(), 'configure')
    const input = filterNamed(graph, 'buffer@in')
    const sinks = chains.map((_, index) => filterNamed(graph, `buffersink@out${index}`))
    return {
      close,
      async run<Taken>(picture: Frame, take: (scaled: Frame) => Taken): Promise<Taken[]> {
        // putting in only takes a reference; the work is done where it is asked for, on FFmpeg's side
        must(input.buffersrcAddFrameSync(picture, AV_BUFFERSRC_FLAG_KEEP_REF), 'put in')
        const results: Taken[] = []
        for (const sink of sinks) {
          must(await sink.buffersinkGetFrame(output), 'take out')
          results.push(take(output))
          output.unref()
        }
        return results
      },
    }
  } catch (error) {
    close()
    throw error
  }
}

/** Rows without their padding into memory of the store: a tenth of the time of a fresh buffer, whose pages must be made first. */
function copyPixels(scaled: Frame, store: PixelStore): Uint8Array {
  const plane = scaled.data?.[0]
  const padded = scaled.linesize[0]
  if (plane === undefined || padded === undefined) throw new AppError('QLY_INTERNAL', 'a scaled picture has no pixels')
  const row = scaled.width * 3
  const rgb = store.take(row * scaled.height)
  if (padded === row) rgb.set(plane.subarray(0, rgb.length))
  else {
    for (let from = 0, to = 0; to < rgb.length; from += padded, to += row) rgb.set(plane.subarray(from, from + row), to)
  }
  return rgb
}

function filterNamed(graph: FilterGraph, name: string): FilterContext {
  const filter = graph.getFilter(name)
  if (!filter) throw new AppError('QLY_INTERNAL', `no filter ${name} in the graph`)
  return filter
}
