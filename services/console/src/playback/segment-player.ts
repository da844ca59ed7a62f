// Plays recorded segments by MediaSource from any moment on: fetches what comes next, lays each segment at its event time, jumps over gaps.
// Media time is seconds since `origin`, so what is shown is always origin + currentTime.
import type { RecordedSegment } from '../../../contracts/recordings.ts'
import { mediaTypeOf } from './media-type.ts'

export type PlayerState = 'loading' | 'playing' | 'paused' | 'nothing' | 'unplayable' | 'ended' | 'failed'

export interface SegmentPlayer {
  /** Plays from this time (ms since the epoch), or from the first picture after it. */
  seek(at: number): Promise<void>
  /** ms since the epoch: what is shown, or what was asked for and is still being fetched; undefined before the first seek */
  readonly at: number | undefined
  close(): void
}

export interface PlayerSources {
  readonly origin: number
  /** segments that have something of [from, to), in order */
  readonly list: (from: number, to: number, signal: AbortSignal) => Promise<readonly RecordedSegment[]>
  readonly onState: (state: PlayerState) => void
}

const [aheadSeconds, listMs, joinMs] = [20, 300_000, 1500]
/** two days: playing may go on over midnight */
const longestSeconds = 172_800

export function createSegmentPlayer(video: HTMLVideoElement, { origin, list, onState }: PlayerSources): SegmentPlayer {
  let run = new AbortController()
  let shown = false
  let wanted: number | undefined

  /** One way through the recording, from one seek to the next. */
  const play = async (at: number, signal: AbortSignal) => {
    let queue = [...(await list(at, at + listMs, signal))]
    const [first] = queue
    if (!first) return onState('nothing')
    const load = async (segment: RecordedSegment) => {
      const answer = await fetch(segment.url, { signal })
      if (!answer.ok) throw new Error(`${answer.status}`)
      return new Uint8Array(await answer.arrayBuffer())
    }
    const opening = await load(first)
    let type = mediaTypeOf(opening, first.audio)
    if (!('MediaSource' in window) || !type || !MediaSource.isTypeSupported(type)) return onState('unplayable')
    const source = new MediaSource()
    const opened = once(source, 'sourceopen', signal)
    if (video.src) URL.revokeObjectURL(video.src)
    video.src = URL.createObjectURL(source)
    await opened
    // nothing can be sought behind the duration, and what comes after a gap is not there yet; its true end is told at the end
    source.duration = longestSeconds
    const buffer = source.addSourceBuffer(type)
    const begin = Math.max(at, Date.parse(first.from))
    video.currentTime = (begin - origin) / 1000
    shown = true
    // refused only where nobody has clicked anything yet
    video.play().catch(() => {})

    let end = Number.NEGATIVE_INFINITY
    for (let bytes: Uint8Array | undefined = opening; queue.length > 0; bytes = undefined) {
      const segment = queue.shift() as RecordedSegment
      const from = Date.parse(segment.from)
      while ((from - origin) / 1000 - video.currentTime > aheadSeconds && from - end <= joinMs) await tick(signal)
      if (from - end > joinMs && end > 0) await over(video, (end - origin) / 1000, (from - origin) / 1000, signal)
      bytes ??= await load(segment)
      const own = mediaTypeOf(bytes, segment.audio)
      if (own && own !== type) {
        if (!MediaSource.isTypeSupported(own)) return onState('unplayable')
        buffer.changeType(own)
        type = own
      }
      const behind = video.currentTime - aheadSeconds
      if (buffer.buffered.length > 0 && buffer.buffered.start(0) < behind) {
        buffer.remove(0, behind)
        await once(buffer, 'updateend', signal)
      }
      buffer.timestampOffset = (from - origin) / 1000
      buffer.appendBuffer(bytes as Uint8Array<ArrayBuffer>)
      await once(buffer, 'updateend', signal)
      end = Date.parse(segment.to)
      if (queue.length === 0)
        queue = (await list(end, end + listMs, signal)).filter((next) => Date.parse(next.from) >= from + 1)
    }
    if (source.readyState === 'open') source.endOfStream()
  }

  video.onplaying = () => onState('playing')
  video.onpause = () => onState(video.ended ? 'ended' : 'paused')
  return {
    get at() {
      return shown ? origin + video.currentTime * 1000 : wanted
    },
    async seek(at) {
      run.abort()
      run = new AbortController()
      const { signal } = run
      shown = false
      wanted = at
      onState('loading')
      await play(at, signal).catch(() => {
        if (!signal.aborted) onState('failed')
      })
    },
    close() {
      run.abort()
      if (video.src) URL.revokeObjectURL(video.src)
      video.removeAttribute('src')
    },
  }
}

function once(target: EventTarget, name: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    target.addEventListener(name, () => resolve(), { once: true, signal })
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/** A moment of playing. Not by `timeupdate`: at the end of what is there it may not come any more. */
function tick(signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const timer = setTimeout(resolve, 200)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        reject(signal.reason)
      },
      { once: true },
    )
  })
}

/** Waits until what is before the gap was shown, and goes on behind it. */
async function over(video: HTMLVideoElement, end: number, next: number, signal: AbortSignal): Promise<void> {
  while (video.currentTime < end - 0.3) await tick(signal)
  video.currentTime = next
}
