// The recordings of a running system, over its API: looked up as JSON; segments come as files, one at a time, and go when they were read.
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { ReadableStream } from 'node:stream/web'
import { AppError, type ErrorCode, errorCodes } from '../../contracts/errors.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { RecordedSegment, RecordingTimeline } from '../../contracts/recordings.ts'
import { type OrderedSegment, readInOrder } from '../../recording/playback/read-in-order.ts'
import { openMediaFile } from '../../recording/playback/read-media-file.ts'
import type { ReplayLibrary } from './recorded.ts'

export interface RemoteAccess {
  /** e.g. http://127.0.0.1:8080 */
  readonly url: string
  readonly token: string
  readonly signal: AbortSignal
}

/** Rejects with the code of the API's answer, or QLY_STORAGE_UNAVAILABLE where nobody answers. */
export function createRemoteLibrary(access: RemoteAccess): ReplayLibrary {
  const about = (cameraId: string) => `/api/v1/cameras/${encodeURIComponent(cameraId)}/recordings`
  const period = (from: number, to: number) => `from=${new Date(from).toISOString()}&to=${new Date(to).toISOString()}`
  const json = async <Body>(route: string) => (await (await ask(access, route)).json()) as Body
  const timeline = (cameraId: string, from: number, to: number) =>
    json<RecordingTimeline>(`${about(cameraId)}?${period(from, to)}`)

  const segments = async (cameraId: string, from: number, to: number): Promise<RecordedSegment[]> => {
    const all = new Map<string, RecordedSegment>()
    for (let begin: number | undefined = from; begin !== undefined; ) {
      const { segments, nextFrom }: RecordingTimeline = await timeline(cameraId, begin, to)
      // one that reaches over the seam of two pages is in both
      for (const segment of segments) all.set(segment.id, segment)
      begin = nextFrom === null ? undefined : Date.parse(nextFrom)
    }
    return [...all.values()]
  }

  return {
    timeline,
    async findings(cameraId, from, to) {
      const { items } = await json<{ items: FindingChanged[] }>(`${about(cameraId)}/findings?${period(from, to)}`)
      return items
    },
    async readInOrder(cameraId, from, to) {
      const found = (await segments(cameraId, from, to)).map((segment): OrderedSegment => {
        const { stream, url } = segment
        const [startedAt, endedAt] = [Date.parse(segment.from), Date.parse(segment.to)]
        return { stream, startedAt, endedAt, open: () => openRemote(access, url) }
      })
      return { [Symbol.asyncIterator]: () => readInOrder(found, to) }
    },
  }
}

async function openRemote(access: RemoteAccess, route: string): Promise<Awaited<ReturnType<typeof openMediaFile>>> {
  const folder = await mkdtemp(join(tmpdir(), 'qly-replay-segment-'))
  const dispose = () => rm(folder, { recursive: true, force: true })
  try {
    const path = join(folder, 'segment.mp4')
    const { body } = await ask(access, route).catch((error: unknown) => {
      if (!(error instanceof AppError) || error.code !== 'QLY_NOT_FOUND') throw error
      const why = 'it was removed meanwhile (retention or quota): give a later --from'
      throw new AppError('QLY_NOT_FOUND', `${route} is no longer there; ${why}`, { cause: error })
    })
    if (!body) throw new AppError('QLY_STORAGE_CORRUPT', `${access.url}${route} is empty`)
    await pipeline(Readable.fromWeb(body as ReadableStream), createWriteStream(path), { signal: access.signal })
    const file = await openMediaFile(path)
    const close = async () => {
      await file.close()
      await dispose()
    }
    return { ...file, close }
  } catch (error) {
    await dispose()
    throw error
  }
}

async function ask({ url, token, signal }: RemoteAccess, route: string): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` }
  const answer = await fetch(`${url}${route}`, { headers, signal }).catch((cause: unknown) => {
    signal.throwIfAborted()
    const reason = (cause as { cause?: Error }).cause?.message ?? (cause as Error).message
    throw new AppError('QLY_STORAGE_UNAVAILABLE', `${url} does not answer (${reason}); give its address as --server`, {
      cause,
    })
  })
  if (answer.ok) return answer
  const { error } = await answer.json().then(
    (body) => body as { error?: { code?: string; message?: string } },
    () => ({ error: undefined }),
  )
  const code = error?.code !== undefined && error.code in errorCodes ? error.code : 'QLY_STORAGE_UNAVAILABLE'
  throw new AppError(code as ErrorCode, `${url}: ${error?.message ?? `answered ${answer.status} to ${route}`}`)
}
