// A small picture of a camera every few seconds, in the object store, so that the console can show it from any process. The newest is kept,
// and those it replaced for a while: a list of cameras that was read a moment ago still names them.
import sharp from 'sharp'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { type PictureNotes, writePictureNotes } from '../../kernel/pictures/picture-notes.ts'
import type { CameraNews } from './camera-news.ts'

export interface CameraSnapshots {
  /** Takes a picture of the frame if one is due; returns at once (the frame stays valid until its pixels are copied). `looked`: what was seen in it. */
  offer(frame: CameraFrame, looked: Promise<PictureNotes | undefined>): void
  /** Resolves when no picture is being written. */
  close(): Promise<void>
}

const maximumWidth = 640
const quality = 75

export function createCameraSnapshots(
  deps: Pick<Kernel, 'objectStore' | 'clock' | 'logger'>,
  config: Pick<MediaConfig, 'snapshotSeconds' | 'snapshotGraceSeconds'>,
  cameraId: string,
  news: CameraNews,
): CameraSnapshots {
  const { objectStore, clock, logger } = deps
  const prefix = `snapshot/${cameraId}`
  let due = Number.NEGATIVE_INFINITY
  let taking: Promise<void> | undefined
  let kept: string | undefined
  /** when each picture was replaced, oldest first; ms, monotonic */
  const replaced = new Map<string, number>()
  let closed = false

  const take = async (frame: CameraFrame, looked: Promise<PictureNotes | undefined>) => {
    const { width, height, rgb } = await frame.fullFrame()
    const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
      .resize({ width: Math.min(width, maximumWidth) })
      .jpeg({ quality })
      .toBuffer()
    const notes = await looked
    const noted = notes ? writePictureNotes(jpeg, notes) : jpeg
    const { key } = await objectStore.put(noted, { prefix, mediaType: 'image/jpeg', at: frame.capturedAt })
    await news.patch({ snapshotUrl: `/api/v1/evidence/${key}`, snapshotAt: new Date(frame.capturedAt).toISOString() })
    // After a start an older process's pictures may be there; later it is only the one before.
    if (kept === undefined) for await (const { key: other } of objectStore.list(prefix)) replace(other)
    else replace(kept)
    kept = key
    // a still picture has the same key again
    replaced.delete(key)
    await sweep()
  }

  const replace = (key: string) => replaced.set(key, replaced.get(key) ?? clock.monotonic())

  const sweep = async () => {
    const until = clock.monotonic() - config.snapshotGraceSeconds * 1000
    for (const [key, at] of replaced) {
      if (at > until) continue
      await objectStore.delete(key)
      replaced.delete(key)
    }
  }

  return {
    offer(frame, looked) {
      if (config.snapshotSeconds === 0 || closed || taking || clock.monotonic() < due) return
      due = clock.monotonic() + config.snapshotSeconds * 1000
      taking = take(frame, looked)
        .catch((error: unknown) => logger.warn({ camera: cameraId, err: error }, 'no snapshot'))
        .finally(() => {
          taking = undefined
        })
    },
    async close() {
      closed = true
      await taking
    },
  }
}
