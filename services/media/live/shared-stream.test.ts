// One stream for all who watch: when it starts and stops, what a late watcher gets, what becomes of a slow one and of a producer that fails.
import { describe, expect, it } from 'vitest'
import { AppError } from '../../contracts/errors.ts'
import type { LiveNews, LiveWatcher } from '../../contracts/live.ts'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import { createSharedStream, type LiveProducer, type ProducerOutput } from './shared-stream.ts'

function watcher() {
  const seen = { news: [] as LiveNews[], pictures: [] as string[], end: undefined as AppError | undefined, waiting: 0 }
  const port: LiveWatcher = {
    get waitingBytes() {
      return seen.waiting
    },
    news: (news) => void seen.news.push(news),
    picture: (bytes) => void seen.pictures.push(Buffer.from(bytes).toString()),
    end(reason) {
      seen.end = reason
    },
  }
  return Object.assign(seen, { port })
}

function plant(lingerSeconds = 5) {
  const clock = createManualClock()
  const runs: { output: ProducerOutput; fail: (error: Error) => void; ended: boolean }[] = []
  const produce: LiveProducer = (signal, output) =>
    new Promise((resolve, reject) => {
      const run = { output, fail: reject, ended: false }
      runs.push(run)
      signal.addEventListener('abort', () => {
        run.ended = true
        resolve()
      })
    })
  const failed: string[] = []
  let dropped = 0
  const stream = createSharedStream(clock, { lingerSeconds, watcherQueueBytes: 100 }, 'fmp4', produce, {
    onFailed: (error) => void failed.push(error.message),
    onDropped: () => void dropped++,
  })
  const piece = (kind: 'begin' | 'key' | 'picture', text: string) =>
    runs.at(-1)?.output.piece({ kind, bytes: Buffer.from(text) })
  return { clock, runs, failed, stream, piece, dropped: () => dropped }
}

describe('a shared stream', () => {
  it('runs once for all, and stops a while after the last has gone, not before', async () => {
    const { stream, runs, clock } = plant()
    const leaveOne = stream.join(watcher().port)
    const leaveTwo = stream.join(watcher().port)
    expect([runs.length, stream.watchers]).toEqual([1, 2])
    leaveOne()
    leaveTwo()
    leaveTwo()
    await clock.advance(4900)
    expect(runs[0]?.ended).toBe(false)
    const leaveThree = stream.join(watcher().port)
    await clock.advance(60_000)
    expect(runs[0]?.ended).toBe(false)
    leaveThree()
    await clock.advance(5000)
    await stream.ended
    expect([runs[0]?.ended, runs.length, clock.pending]).toEqual([true, 1, 0])
  })

  it('gives a late watcher what it needs: news, the head, and all since the last key picture', () => {
    const { stream, runs, piece } = plant()
    const early = watcher()
    stream.join(early.port)
    runs[0]?.output.begin('video/mp4')
    piece('begin', 'head')
    piece('picture', 'lost')
    for (const [kind, text] of [
      ['key', 'k1'],
      ['picture', 'p1'],
      ['key', 'k2'],
      ['picture', 'p2'],
    ] as const)
      piece(kind, text)
    const late = watcher()
    stream.join(late.port)
    piece('picture', 'p3')
    expect(early.pictures).toEqual(['head', 'k1', 'p1', 'k2', 'p2', 'p3'])
    expect(late.pictures).toEqual(['head', 'k2', 'p2', 'p3'])
    expect(late.news).toEqual([{ type: 'begin', format: 'fmp4', mediaType: 'video/mp4' }])
  })

  it('drops the one that lags behind, and goes on for the others', () => {
    const { stream, runs, piece, dropped } = plant()
    const [good, slow] = [watcher(), watcher()]
    stream.join(good.port)
    stream.join(slow.port)
    runs[0]?.output.begin('video/mp4')
    piece('key', 'k')
    slow.waiting = 101
    piece('picture', 'p')
    piece('picture', 'q')
    expect(good.pictures).toEqual(['k', 'p', 'q'])
    expect(slow.pictures).toEqual(['k'])
    expect([slow.end?.code, dropped(), stream.watchers]).toEqual(['QLY_RATE_LIMITED', 1, 1])
  })

  it('begins anew with growing pauses when its producer fails, and says so', async () => {
    const { stream, runs, clock, failed, piece } = plant()
    const one = watcher()
    stream.join(one.port)
    runs[0]?.output.begin('video/mp4')
    piece('begin', 'head')
    piece('key', 'k')
    for (let n = 0; n < 4; n++) {
      runs.at(-1)?.fail(new Error(`fault ${n}`))
      await clock.advance(15_000)
    }
    expect(failed).toEqual(['fault 0', 'fault 1', 'fault 2', 'fault 3'])
    expect(runs.length).toBe(5)
    expect(one.news.at(-1)).toEqual({ type: 'waiting', reason: 'fault 3', code: 'QLY_STREAM_UNREADABLE' })
    // what was kept of the stream before is no use to a late one
    const late = watcher()
    stream.join(late.port)
    expect(late.pictures).toEqual([])
    runs.at(-1)?.output.begin('video/mp4')
    piece('picture', 'no key yet')
    expect(late.pictures).toEqual([])
    await stream.stop(new AppError('QLY_STREAM_UNREADABLE', 'over'))
    expect([one.end?.message, late.end?.message, clock.pending]).toEqual(['over', 'over', 0])
  })
})
