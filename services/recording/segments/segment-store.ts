// Opens segments on the disk and puts them into the index once they are whole.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AppError } from '../../contracts/errors.ts'
import type { CodedAudio } from '../../contracts/packets.ts'
import { diskError } from '../../kernel/disk/disk.ts'
import type { NewSegment } from '../index/segment-index.ts'
import { describedSets } from './parameter-sets.ts'
import { pictureSize } from './picture-size.ts'
import { createMediaFile, type MediaFile, type PlacedFrame } from './segment-file.ts'
import { segmentPath } from './segment-path.ts'

export interface SegmentRequest {
  readonly cameraId: string
  readonly startedAt: number
  readonly codec: 'h264' | 'hevc'
  readonly extraData: Buffer
  readonly audio: CodedAudio | undefined
  readonly size: { readonly width: number; readonly height: number } | undefined
  readonly keyFrame: Buffer
}

/** Its steps must be done one after another; `add` and `takeAdded` only collect. */
export interface OpenSegment {
  readonly ready: Promise<void>
  add(frames: readonly PlacedFrame[]): void
  takeAdded(): PlacedFrame[]
  /** False: it was abandoned, nothing was written. */
  write(frames: readonly PlacedFrame[]): Promise<boolean>
  /** The file is durable and in the index. */
  close(): Promise<void>
  /** After a failure: what is whole of it stays on the disk, for the check to find. Never rejects. */
  abandon(): Promise<void>
}

export interface SegmentStore {
  open(request: SegmentRequest): OpenSegment
  /** paths that are being written */
  readonly writing: ReadonlySet<string>
}

export interface SegmentStoreDeps {
  readonly directory: string
  readonly add: (segment: NewSegment) => Promise<void>
  /** why nothing may be written now, if so */
  readonly refuse?: () => AppError | undefined
}

export function createSegmentStore({ directory, add, refuse }: SegmentStoreDeps): SegmentStore {
  const open = new Set<string>()
  const sizes = new Map<string, { width: number; height: number }>()
  return {
    writing: open,
    open(request) {
      const { cameraId, codec, extraData } = request
      let startedAt = request.startedAt
      // a clock that was set back, or two connections in one millisecond: nothing is ever written over
      const taken = (at: string) => open.has(at) || existsSync(join(directory, at))
      while (taken(segmentPath({ cameraId, startedAt }))) startedAt++
      const path = segmentPath({ cameraId, startedAt })
      open.add(path)
      const added: PlacedFrame[] = []
      const keys: number[] = []
      let file: MediaFile | undefined
      let size = request.size
      let endMs = 0

      const prepare = async () => {
        const refusal = refuse?.()
        if (refusal) throw refusal
        const known = `${cameraId} ${streamId(codec, size, extraData)}`
        size ??= sizes.get(known) ?? (await pictureSize(codec, extraData, request.keyFrame))
        sizes.set(known, size)
        await mkdir(dirname(join(directory, path)), { recursive: true }).catch((error) => {
          throw diskError(error, directory)
        })
        const parameters = { codec, extraData, ...size, audio: request.audio }
        file = await createMediaFile(join(directory, path), parameters, { fragmented: true })
      }
      let preparing: Promise<void> | undefined
      return {
        get ready() {
          preparing ??= prepare()
          return preparing
        },
        add: (frames) => void added.push(...frames),
        takeAdded: () => added.splice(0),
        async write(frames) {
          if (!file) return false
          file.write(frames)
          for (const frame of frames) {
            if (frame.track !== 'video') continue
            if (frame.key) keys.push(Math.round(frame.shownMs))
            endMs = Math.max(endMs, frame.shownMs + frame.durationMs)
          }
          await file.flush()
          return true
        },
        async close() {
          if (!file || !size) return
          const whole = file
          file = undefined
          await whole.close()
          const { size: bytes } = await stat(join(directory, path))
          await add({
            path,
            camera: cameraId,
            started_at: startedAt,
            ended_at: startedAt + Math.max(1, Math.round(endMs)),
            bytes,
            codec,
            ...size,
            audio: request.audio ? 1 : 0,
            stream: streamId(codec, size, extraData, request.audio),
            keys: JSON.stringify(keys),
          })
          open.delete(path)
        },
        async abandon() {
          const broken = file
          file = undefined
          await broken?.close().catch(() => {})
          if (keys.length === 0) await rm(join(directory, path), { force: true }).catch(() => {})
          open.delete(path)
        },
      }
    },
  }
}

/** The same for segments that one decoder can play through. */
export function streamId(
  codec: 'h264' | 'hevc',
  size: { readonly width: number; readonly height: number } | undefined,
  extraData: Buffer,
  audio?: CodedAudio,
): string {
  const hash = createHash('sha256').update(`${codec} ${size?.width}x${size?.height} `)
  for (const set of describedSets(codec, extraData)) hash.update(`${set.length} `).update(set)
  if (audio) hash.update(audio.extraData)
  return hash.digest('hex').slice(0, 16)
}
