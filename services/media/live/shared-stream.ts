// One stream for all who watch it: started for the first watcher, stopped a while after the last, begun again when its producer fails.
// A watcher that lags behind is dropped, never the stream.
import type { LiveConfig } from '../../contracts/config/live.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import type { LiveNews, LiveWatcher } from '../../contracts/live.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { backOff } from '../camera-source/back-off.ts'

/** What a producer hands out. */
export interface LivePiece {
  /** `begin`: told to every watcher before what follows; `key`: one that comes late may begin here */
  readonly kind: 'begin' | 'key' | 'picture'
  readonly bytes: Buffer
}

export interface ProducerOutput {
  /** what follows can be played from here on */
  begin(mediaType: string): void
  piece(piece: LivePiece): void
}

/** Runs until the signal aborts, then resolves once nothing of it is left; rejects with the reason when it fails. */
export type LiveProducer = (signal: AbortSignal, output: ProducerOutput) => Promise<void>

export interface SharedStream {
  readonly watchers: number
  join(watcher: LiveWatcher): () => void
  /** Lets every watcher go, for this reason; resolves once the producer is gone. */
  stop(reason: AppError): Promise<void>
  /** resolves once it has come to its end by itself or was stopped */
  readonly ended: Promise<void>
}

export interface SharedStreamEvents {
  onFailed(error: AppError, failures: number): void
  onDropped(): void
}

const retry = { initialMs: 300, maximumMs: 10_000, jitter: 0.2 }
/** what is kept for late watchers; a longer group is not kept, and they wait for the next key picture */
const mostKeptBytes = 4 * 1024 * 1024

interface Place {
  /** has what it needs to play */
  begun: boolean
}

export function createSharedStream(
  clock: Clock,
  config: Pick<LiveConfig, 'lingerSeconds' | 'watcherQueueBytes'>,
  format: 'fmp4' | 'mpeg1',
  produce: LiveProducer,
  events: SharedStreamEvents,
): SharedStream {
  const watchers = new Map<LiveWatcher, Place>()
  const stopping = new AbortController()
  let news: LiveNews | undefined
  let head: Buffer | undefined
  let group: Buffer[] = []
  let groupBytes = 0
  let cancelLinger: () => void = () => {}

  const drop = (watcher: LiveWatcher) => {
    watchers.delete(watcher)
    events.onDropped()
    watcher.end(new AppError('QLY_RATE_LIMITED', 'this connection is too slow for the stream'))
    linger()
  }

  const send = (watcher: LiveWatcher, bytes: Buffer) => {
    if (watcher.waitingBytes > config.watcherQueueBytes) return drop(watcher)
    watcher.picture(bytes)
  }

  const tell = (fresh: LiveNews) => {
    news = fresh
    for (const watcher of watchers.keys()) watcher.news(fresh)
  }

  const output: ProducerOutput = {
    begin(mediaType) {
      head = undefined
      group = []
      groupBytes = 0
      for (const place of watchers.values()) place.begun = false
      tell({ type: 'begin', format, mediaType })
    },
    piece({ kind, bytes }) {
      if (kind === 'begin') head = bytes
      else keep(kind, bytes)
      for (const [watcher, place] of [...watchers]) {
        if (!place.begun && kind === 'picture') continue
        if (!place.begun && kind === 'key' && head) send(watcher, head)
        if (kind !== 'begin') place.begun = true
        if (kind !== 'begin' && watchers.has(watcher)) send(watcher, bytes)
      }
    },
  }

  const keep = (kind: LivePiece['kind'], bytes: Buffer) => {
    if (kind === 'key') {
      group = []
      groupBytes = 0
    } else if (group.length === 0) return
    groupBytes += bytes.length
    if (groupBytes > mostKeptBytes) group = []
    else group.push(bytes)
  }

  const linger = () => {
    cancelLinger()
    if (watchers.size > 0 || stopping.signal.aborted) return
    cancelLinger = clock.after(config.lingerSeconds * 1000, () => {
      if (watchers.size === 0) stopping.abort()
    })
  }

  const run = async () => {
    for (let failures = 1; !stopping.signal.aborted; failures++) {
      const begunAt = clock.monotonic()
      try {
        await produce(stopping.signal, output)
      } catch (error) {
        if (stopping.signal.aborted) return
        // one that played well for a while begins its back-off anew
        if (clock.monotonic() - begunAt > retry.maximumMs) failures = 1
        const failure = asAppError(error, 'QLY_STREAM_UNREADABLE')
        events.onFailed(failure, failures)
        tell({ type: 'waiting', reason: failure.message, code: failure.code })
        await clock.sleep(backOff(failures, retry, Math.random), stopping.signal).catch(() => {})
      }
    }
  }
  const ended = run().finally(() => cancelLinger())

  return {
    get watchers() {
      return watchers.size
    },
    ended,
    join(watcher) {
      cancelLinger()
      const place: Place = { begun: false }
      watchers.set(watcher, place)
      if (news) watcher.news(news)
      if (news?.type === 'begin' && group.length > 0) {
        place.begun = true
        for (const bytes of [...(head ? [head] : []), ...group]) watcher.picture(bytes)
      }
      return () => {
        if (watchers.delete(watcher)) linger()
      }
    },
    async stop(reason) {
      stopping.abort()
      const gone = [...watchers.keys()]
      watchers.clear()
      for (const watcher of gone) watcher.end(reason)
      await ended
    },
  }
}
