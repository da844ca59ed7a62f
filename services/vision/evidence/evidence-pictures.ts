// Evidence: a frame as JPEG, as the camera saw it and with what was found drawn in, kept in the object store by content hash.
import sharp from 'sharp'
import type { Evidence } from '../../contracts/evidence.ts'
import type { CameraFrame, Pixels } from '../../contracts/frames.ts'
import type { ObjectStore } from '../../kernel/object-store/object-store.ts'
import { type PictureNotes, writePictureNotes } from '../../kernel/pictures/picture-notes.ts'
import { drawOverlay, type Overlay } from './overlay.ts'

export interface EvidencePictures {
  /** Two pictures of a frame, `clean` and `boxed`, with what was `seen` in it as notes. Must be awaited while the frame is valid. */
  take(frame: CameraFrame, overlay: Omit<Overlay, 'time'>, seen: PictureNotes): Promise<Evidence[]>
}

export function createEvidencePictures(
  deps: { objectStore: Pick<ObjectStore, 'put'> },
  config: { quality: number; maximumWidth: number; timezone: string },
): EvidencePictures {
  const localTime = new Intl.DateTimeFormat('sv-SE', {
    timeZone: config.timezone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const store = async (jpeg: Buffer, at: number, role: Evidence['role']): Promise<Evidence> => {
    const stored = await deps.objectStore.put(jpeg, { prefix: 'evidence', mediaType: 'image/jpeg', at })
    return { url: `/api/v1/evidence/${stored.key}`, sha256: stored.sha256, at: new Date(at).toISOString(), role }
  }
  return {
    async take(frame, overlay, seen) {
      const at = frame.capturedAt
      const picture = await scaled(await frame.fullFrame(), config.maximumWidth)
      const svg = drawOverlay({ ...overlay, time: localTime.format(at) }, picture.width, picture.height)
      const [clean, boxed] = await Promise.all([
        toSharp(picture).jpeg({ quality: config.quality }).toBuffer(),
        drawn(picture, svg).then((pixels) => toSharp(pixels).jpeg({ quality: config.quality }).toBuffer()),
      ])
      const noted = (jpeg: Buffer) => writePictureNotes(jpeg, seen)
      return Promise.all([store(noted(clean), at, 'clean'), store(noted(boxed), at, 'boxed')])
    },
  }
}

const toSharp = ({ rgb, width, height }: Pixels) => sharp(rgb, { raw: { width, height, channels: 3 } })

/** The drawing over the picture. Blended here, where it has ink: compositing in sharp costs twice the time of the whole picture. */
async function drawn({ rgb, width, height }: Pixels, svg: string): Promise<Pixels> {
  const ink = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer()
  const result = Uint8Array.from(rgb)
  for (let from = 0, to = 0; from < ink.length; from += 4, to += 3) {
    const alpha = ink[from + 3] as number
    if (alpha === 0) continue
    for (let channel = 0; channel < 3; channel++) {
      const under = result[to + channel] as number
      result[to + channel] = under + (((ink[from + channel] as number) - under) * alpha) / 255
    }
  }
  return { rgb: result, width, height }
}

async function scaled(pixels: Pixels, maximumWidth: number): Promise<Pixels> {
  if (pixels.width <= maximumWidth) return pixels
  const { data, info } = await toSharp(pixels)
    .resize({ width: maximumWidth })
    .raw()
    .toBuffer({ resolveWithObject: true })
  return { width: info.width, height: info.height, rgb: data }
}

/** Pictures of one moment are listed once. */
export function joined(first: readonly Evidence[], second: readonly Evidence[]): Evidence[] {
  const known = new Set(first.map(({ at, role }) => `${at} ${role}`))
  return [...first, ...second.filter(({ at, role }) => !known.has(`${at} ${role}`))]
}
