// Decoded pictures as small grey ones, scaled by FFmpeg off the event loop: only their brightness is read, so a picture of any size costs little.
import type { Frame } from 'node-av'
import { createGraph, formatOf } from '../camera-source/frame-filter.ts'
import type { GreyPicture } from '../view-health/picture-measures.ts'

export interface SmallGrey {
  of(frame: Frame): Promise<GreyPicture>
  close(): void
}

/** Whole pictures at this size, whatever their shape. */
export function createSmallGrey({ width, height }: Pick<GreyPicture, 'width' | 'height'>): SmallGrey {
  let graph: Awaited<ReturnType<typeof createGraph>> | undefined
  let format = ''
  const close = () => {
    graph?.close()
    graph = undefined
  }
  return {
    async of(frame) {
      if (graph && format !== formatOf(frame)) close()
      format = formatOf(frame)
      graph ??= await createGraph(frame, [`scale=${width}:${height}:flags=area,format=gray`])
      const [grey] = await graph.run(frame, (scaled) => scaled.toBuffer())
      return { width, height, grey: grey as Buffer }
    },
    close,
  }
}
