// FFmpeg filters for the picture of live view: its size, privacy masks as filled boxes, and coarse blocks. Pure.
import type { LiveConfig } from '../../contracts/config/live.ts'
import type { PicturePolygon } from '../../contracts/geometry.ts'
import { maskBoxes } from '../privacy/mask-rows.ts'

/** rows into which a mask is cut: at 360 lines, one row is six lines */
const maskRows = 60

/** The argument of -vf. Coarse: every block of the picture gets one colour, so nothing smaller than a block can be made out. */
export function filtersFor(
  { width, coarseWidth }: Pick<LiveConfig, 'width' | 'coarseWidth'>,
  masks: readonly PicturePolygon[],
  coarse: boolean,
): string {
  const size = coarse
    ? [`scale=${coarseWidth}:-2:flags=area`, `scale=${width}:-2:flags=neighbor`]
    : [`scale=w='min(${width},iw)':h=-2`]
  const boxes = maskBoxes(masks, maskRows).map(
    ([x1, y1, x2, y2]) =>
      `drawbox=x=iw*${short(x1)}:y=ih*${short(y1)}:w=iw*${short(x2 - x1)}+1:h=ih*${short(y2 - y1)}+1:color=black:t=fill`,
  )
  return [...size, ...boxes].join(',')
}

const short = (fraction: number): string => String(Math.round(fraction * 1e4) / 1e4)
