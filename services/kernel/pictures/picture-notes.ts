// What was seen in a picture, kept inside its JPEG as a comment (ISO/IEC 10918-1 §B.2.4.5), so that it can never be lost or exchanged: the hash covers both.
// Who may not see faces and plates is shown the picture blurred by these notes.
import type { PictureBox } from '../../contracts/geometry.ts'

export interface PictureNotes {
  /** the parts in which a model looked; outside of them nothing is known */
  readonly regions: readonly PictureBox[]
  readonly objects: readonly { readonly label: string; readonly box: PictureBox }[]
}

const mark = 'qianliyan:seen:1:'
/** a segment holds 65,533 bytes; more objects than fit are left out with their regions */
const mostBytes = 65_000

/** The JPEG with the notes in it; as it was if it is none, or the notes do not fit. */
export function writePictureNotes(jpeg: Buffer, notes: PictureNotes): Buffer {
  const round = (box: PictureBox) => box.map((value) => Math.round(value * 1e4) / 1e4)
  const text = JSON.stringify({
    regions: notes.regions.map(round),
    objects: notes.objects.map(({ label, box }) => ({ label, box: round(box) })),
  })
  const comment = Buffer.from(mark + text, 'utf8')
  if (jpeg.readUInt16BE(0) !== startOfImage || comment.length > mostBytes) return jpeg
  const head = Buffer.alloc(4)
  head.writeUInt16BE(commentMarker, 0)
  head.writeUInt16BE(comment.length + 2, 2)
  return Buffer.concat([jpeg.subarray(0, 2), head, comment, jpeg.subarray(2)])
}

/** The notes of a JPEG, or undefined if it has none that can be read. Never throws. */
export function readPictureNotes(jpeg: Buffer): PictureNotes | undefined {
  if (jpeg.length < 4 || jpeg.readUInt16BE(0) !== startOfImage) return undefined
  for (let at = 2; at + 4 <= jpeg.length; ) {
    const marker = jpeg.readUInt16BE(at)
    if (marker >> 8 !== 0xff || marker === startOfScan) return undefined
    const end = at + 2 + jpeg.readUInt16BE(at + 2)
    if (marker === commentMarker) {
      const text = jpeg.subarray(at + 4, end).toString('utf8')
      if (text.startsWith(mark)) return parse(text.slice(mark.length))
    }
    at = end
  }
  return undefined
}

const [startOfImage, startOfScan, commentMarker] = [0xffd8, 0xffda, 0xfffe]

function parse(text: string): PictureNotes | undefined {
  try {
    const { regions, objects } = JSON.parse(text) as PictureNotes
    const sound = regions.every(isBox) && objects.every(({ label, box }) => typeof label === 'string' && isBox(box))
    return sound ? { regions, objects } : undefined
  } catch {
    return undefined
  }
}

const isBox = (box: unknown): box is PictureBox =>
  Array.isArray(box) && box.length === 4 && box.every((value) => typeof value === 'number' && value >= 0 && value <= 1)
