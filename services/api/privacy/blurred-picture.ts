// A stored picture for roles that may not see faces and plates. There is no detector of faces or plates behind it: what is blurred is told by the boxes
// that vision kept with the picture (kernel/pictures/picture-notes.ts).
// - Where no model looked, and in a picture without notes, everything is coarse: blocks of 1/96 of its longer side.
// - Where a model looked, the upper 40 % of a person's box and the lower middle of a vehicle's (55–100 % of its height, 10–90 % of its width) are coarse, each
//   box widened by a tenth; of what has no class that we know, the whole box.
// - What the model did not find there stays as it is.
import sharp from 'sharp'
import type { PictureBox } from '../../contracts/geometry.ts'
import { type PictureNotes, readPictureNotes } from '../../kernel/pictures/picture-notes.ts'

const blocksAcross = 96
const widen = 0.1
const persons = new Set(['person', 'pedestrian', 'people'])
const vehicles = new Set([
  'car',
  'large_vehicle',
  'bus',
  'truck',
  'van',
  'two_wheeler',
  'motorcycle',
  'bicycle',
  'tricycle',
])
/** what is found, but is neither a person nor a vehicle */
const harmless = new Set(['smoke', 'fire', 'debris', 'rubbish', 'boat', 'animal', 'dog', 'cat', 'rat', 'mouse'])

/** Decodes, blurs and codes anew; rejects if the picture cannot be read. */
export async function blurredPicture(jpeg: Buffer): Promise<Buffer> {
  const notes = readPictureNotes(jpeg)
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true })
  const { width, height } = info
  const block = Math.max(2, Math.ceil(Math.max(width, height) / blocksAcross))
  const small = await sharp(data, { raw: { width, height, channels: 3 } })
    .resize(Math.ceil(width / block), Math.ceil(height / block), { fit: 'fill', kernel: 'linear' })
    .raw()
    .toBuffer()
  const across = Math.ceil(width / block)
  const clear = clearPixels(notes, width, height)
  for (let y = 0, at = 0; y < height; y++)
    for (let x = 0; x < width; x++, at++) {
      if (clear[at]) continue
      const from = (Math.floor(y / block) * across + Math.floor(x / block)) * 3
      for (let channel = 0; channel < 3; channel++) data[at * 3 + channel] = small[from + channel] ?? 0
    }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 80 })
    .toBuffer()
}

/** 1 for every pixel that may stay as it is. */
function clearPixels(notes: PictureNotes | undefined, width: number, height: number): Uint8Array {
  const clear = new Uint8Array(width * height)
  const fill = ([x1, y1, x2, y2]: PictureBox, value: 0 | 1) => {
    const [left, right] = [Math.max(0, Math.floor(x1 * width)), Math.min(width, Math.ceil(x2 * width))]
    for (let y = Math.max(0, Math.floor(y1 * height)); y < Math.min(height, Math.ceil(y2 * height)); y++)
      clear.fill(value, y * width + left, y * width + Math.max(left, right))
  }
  for (const region of notes?.regions ?? []) fill(region, 1)
  for (const { label, box } of notes?.objects ?? []) for (const part of identifying(label, box)) fill(part, 0)
  return clear
}

/** The part of a box that may show a face or a plate. */
export function identifying(label: string, box: PictureBox): PictureBox[] {
  if (harmless.has(label)) return []
  const [dx, dy] = [(box[2] - box[0]) * widen, (box[3] - box[1]) * widen]
  const [x1, y1, x2, y2]: PictureBox = [box[0] - dx, box[1] - dy, box[2] + dx, box[3] + dy]
  const part = (left: number, top: number, right: number, bottom: number): PictureBox => [
    x1 + (x2 - x1) * left,
    y1 + (y2 - y1) * top,
    x1 + (x2 - x1) * right,
    y1 + (y2 - y1) * bottom,
  ]
  if (persons.has(label)) return [part(0, 0, 1, 0.4)]
  // who rides has a face; a two-wheeler's plate is at its lower middle too
  if (vehicles.has(label)) return [part(0.1, 0.55, 0.9, 1), ...(rides.has(label) ? [part(0, 0, 1, 0.4)] : [])]
  return [part(0, 0, 1, 1)]
}

const rides = new Set(['two_wheeler', 'motorcycle', 'bicycle', 'tricycle'])
