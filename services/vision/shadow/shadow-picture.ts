// The picture of a difference: the cut that the model in shadow saw; red: only the models that count, yellow: only the new one, white: both.
import sharp from 'sharp'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { FrameCutPixels } from '../../contracts/frames.ts'
import type { PicturePoint } from '../../contracts/geometry.ts'
import type { ObjectStore } from '../../kernel/object-store/object-store.ts'
import type { Compared } from './compare.ts'

/** Privacy masks are blackened. The model's own pixels are enough to judge, and cost no other decoding. */
export async function keepShadowPicture(
  objectStore: Pick<ObjectStore, 'put'>,
  { privacyMasks = [] }: Pick<CameraConfig, 'privacyMasks'>,
  placement: FrameCutPixels,
  compared: Compared,
  at: number,
): Promise<Evidence> {
  const { rgb, width, height } = placement
  const point = pointIn(placement)
  const masks = privacyMasks.map((polygon) => `<polygon points="${polygon.map(point).join(' ')}" fill="#000"/>`)
  const draw = (seen: Compared['onlyOld'], colour: string) =>
    seen.map(({ box: [x1, y1, x2, y2] }) => {
      const corners = [
        [x1, y1],
        [x2, y1],
        [x2, y2],
        [x1, y2],
      ] as PicturePoint[]
      return `<polygon points="${corners.map(point).join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`
    })
  const boxes = [
    ...draw(compared.both, '#fff'),
    ...draw(compared.onlyOld, '#ff2d2d'),
    ...draw(compared.onlyNew, '#ffe000'),
  ]
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${[...masks, ...boxes].join('')}</svg>`
  const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .composite([{ input: Buffer.from(svg) }])
    .jpeg({ quality: 80 })
    .toBuffer()
  const stored = await objectStore.put(jpeg, { prefix: 'shadow', mediaType: 'image/jpeg', at })
  return { url: `/api/v1/evidence/${stored.key}`, sha256: stored.sha256, at: new Date(at).toISOString(), role: 'boxed' }
}

/** Fractions of the frame → "x,y" in pixels of the cut. */
const pointIn =
  ({ cut: { region }, offsetX, offsetY, pictureWidth, pictureHeight }: FrameCutPixels) =>
  ([x, y]: PicturePoint): string => {
    const across = offsetX + ((x - region[0]) / (region[2] - region[0])) * pictureWidth
    const down = offsetY + ((y - region[1]) / (region[3] - region[1])) * pictureHeight
    return `${across.toFixed(1)},${down.toFixed(1)}`
  }
