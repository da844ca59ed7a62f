// Snapshots of a camera: the newest is told and kept; whoever read an older address a moment ago still gets its picture.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CameraFrame } from '../../contracts/frames.ts'
import { createManualClock, type ManualClock } from '../../kernel/clock/manual-clock.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createFileObjectStore } from '../../kernel/object-store/files/file-object-store.ts'
import type { ObjectStore } from '../../kernel/object-store/object-store.ts'
import { createCameraSnapshots } from './camera-snapshots.ts'

const config = { snapshotSeconds: 5, snapshotGraceSeconds: 60 }
let directory: string
let clock: ManualClock
let objectStore: ObjectStore
let told: string[]

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qly-snapshots-'))
  clock = createManualClock('2020-06-28T06:00:00.000Z')
  objectStore = createFileObjectStore({ clock }, { directory })
  await objectStore.start()
  told = []
})
afterEach(() => rm(directory, { recursive: true, force: true }))

function start() {
  const patch = async ({ snapshotUrl }: Readonly<Record<string, unknown>>) => {
    told.push(String(snapshotUrl).replace('/api/v1/evidence/', ''))
  }
  const news = { status() {}, patch, close: async () => {} }
  return () => createCameraSnapshots({ objectStore, clock, logger: silentLogger }, config, 'lane', news)
}

/** Takes one picture of each grey, five seconds apart; resolves when all is written and removed. */
async function take(open: ReturnType<typeof start>, ...greys: number[]) {
  const snapshots = open()
  for (const grey of greys) {
    const taken = told.length + 1
    const pixels = { width: 32, height: 18, rgb: new Uint8Array(32 * 18 * 3).fill(grey) }
    const frame = { capturedAt: clock.now(), fullFrame: async () => pixels } as unknown as CameraFrame
    // offered until the one before is done with; one is taken, since no time passes
    const offered = () => {
      snapshots.offer(frame, Promise.resolve(undefined))
      return told.length
    }
    await expect.poll(offered, { interval: 1 }).toBe(taken)
    await clock.advance(config.snapshotSeconds * 1000)
  }
  await snapshots.close()
}

async function keys() {
  const found: string[] = []
  for await (const { key } of objectStore.list('snapshot/lane')) found.push(key)
  return found
}

describe('snapshots of a camera', () => {
  it('that were replaced can still be fetched for the grace, and are gone after it', async () => {
    const open = start()
    await take(open, ...Array.from({ length: 40 }, (_, n) => n * 5))
    // 60 s of pictures, one in 5 s, and the newest
    expect((await keys()).toSorted()).toEqual(told.slice(-13).toSorted())
  })

  it('of a still view stay, however often they are replaced by themselves', async () => {
    await take(start(), 10, 10, 200, 10)
    await clock.advance(120_000)
    await take(start(), 10)
    expect(new Set(told).size).toBe(2)
    expect(await keys()).toContain(told.at(-1))
  })

  it('of a process before are kept for the grace too', async () => {
    await take(start(), 10)
    const open = start()
    await take(open, 60)
    expect((await keys()).toSorted()).toEqual(told.toSorted())
    await take(open, ...Array.from({ length: 14 }, (_, n) => 100 + n * 5))
    expect(await keys()).not.toContain(told[0])
  })
})
