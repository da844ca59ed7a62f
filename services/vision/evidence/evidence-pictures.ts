// Evidence: a frame as JPEG, as the camera saw it and with what was found drawn in, kept in the object store by content hash.
import sharp from 'sharp'
import type { Evidence } from '../../contracts/evidence.ts'
import type { CameraFrame, Pixels } from '../../contracts/frames.ts'
import type { ObjectStore } from '../../kernel/object-store/object-store.ts'
import { type PictureNotes, writePictureNotes } from '../../kernel/pictures/picture-notes.ts'
import { drawOverlay, type Overlay } from './overlay.ts'

export interface EvidencePictures {
  /**
   * Two pictures of a frame, `clean` and `boxed`, with what was `seen` in it as notes. Must be awaited while the frame is valid. What is asked for
   * again of the same frame is not made again: several things told of one frame share its clean picture, and the boxed one if the overlay is the same.
   */
  take(frame: CameraFrame, overlay: Omit<Overlay, 'time'>, seen: PictureNotes): Promise<Evidence[]>
}

/** What was made of one frame so far. */
interface Made {
  readonly picture: Promise<Pixels>
  readonly clean: Promise<Evidence>
  /** overlay → boxed picture */
  readonly boxed: Map<string, Promise<Evidence>>
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
  const made = new WeakMap<CameraFrame, Made>()

  const keep = async (pixels: Pixels, seen: PictureNotes, at: number, role: Evidence['role']): Promise<Evidence> => {
    // Huffman tables made for each picture would save 1 % of its size for half of its time
    const jpeg = await toSharp(pixels).jpeg({ quality: config.quality, optimiseCoding: false }).toBuffer()
    const options = { prefix: 'evidence', mediaType: 'image/jpeg', at }
    const stored = await deps.objectStore.put(writePictureNotes(jpeg, seen), options)
    return { url: `/api/v1/evidence/${stored.key}`, sha256: stored.sha256, at: new Date(at).toISOString(), role }
  }

  const begin = (frame: CameraFrame, seen: PictureNotes): Made => {
    const picture = frame.fullFrame().then((full) => scaled(full, config.maximumWidth))
    const clean = picture.then((pixels) => keep(pixels, seen, frame.capturedAt, 'clean'))
    const fresh = { picture, clean, boxed: new Map<string, Promise<Evidence>>() }
    made.set(frame, fresh)
    return fresh
  }

  return {
    take(frame, overlay, seen) {
      const { picture, clean, boxed } = made.get(frame) ?? begin(frame, seen)
      const at = frame.capturedAt
      const key = JSON.stringify(overlay)
      const overlaid =
        boxed.get(key) ??
        picture.then((pixels) => keep(drawn(pixels, { ...overlay, time: localTime.format(at) }), seen, at, 'boxed'))
      boxed.set(key, overlaid)
      return Promise.all([clean, overlaid])
    },
  }
}

const toSharp = ({ rgb, width, height }: Pixels) => sharp(rgb, { raw: { width, height, channels: 3 } })

/** A copy of the picture with the overlay on it. Painted here: compositing in sharp costs twice the time of the whole picture. */
function drawn({ rgb, width, height }: Pixels, overlay: Overlay): Pixels {
  const copy = { rgb: rgb.slice(), width, height }
  drawOverlay(copy, overlay)
  return copy
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
