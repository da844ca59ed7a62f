// The view of a camera over its life: a turned camera is told once, over restarts too, until the old view is back or the new one is confirmed.
import { setImmediate as turn } from 'node:timers/promises'
import { Value } from 'typebox/value'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MediaConfig } from '../../contracts/config/media.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import { startTestKernel, type TestKernel } from '../../kernel/testing/test-kernel.ts'
import { createViewStore, type ViewStore } from './view-store.ts'
import { createViewWatch, type ViewWatch } from './view-watch.ts'

const { view } = Value.Default(MediaConfig, { view: { everySeconds: 0.0001 } }) as MediaConfig
const kerb = { id: 'kerb', kind: 'no_parking' as const, classes: [], hours: '00:00-24:00', polygon: [] }
const camera = { id: 'lane-1', name: '北口', kind: 'cctv' as const, zones: [kerb] }
const start = Date.parse('2020-06-28T06:00:00Z')
/** how many pictures it takes at one in two seconds that a fault is said, and taken back */
const [enough, patient] = [14, { timeout: 10_000 }] as const

let kernel: TestKernel
let store: ViewStore
let watch: ViewWatch
let told: string[]
let findings: FindingChanged[]
let clockAt: number

beforeEach(async () => {
  kernel = await startTestKernel()
  findings = []
  clockAt = start
  await kernel.bus.tail({ topics: ['qly.detection.v1'], from: 'earliest' }, ({ event }) => {
    if (event.type === 'cn.qianliyan.finding.changed.v1') findings.push(event.data)
  })
  await open()
})
afterEach(async () => {
  await close()
  await kernel.stop()
})

async function open() {
  told = []
  store = createViewStore(kernel)
  await store.start(new AbortController().signal)
  watch = createViewWatch({ ...kernel, store }, view, camera, (faults) => told.push(faults.join(' ')))
}
async function close() {
  await watch.close()
  await store.stop()
}

/** A street of blocks that a seed decides; noise as of a real sensor. */
function scene(seed: number, n: number): Uint8Array {
  const [width, height] = [192, 108]
  const rgb = new Uint8Array(width * height * 3)
  let state = seed
  const next = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
    return (state >> 8) % below
  }
  rgb.fill(110)
  for (let shape = 0; shape < 90; shape++) {
    const [left, top, across, down, grey] = [next(180), next(100), 8 + next(28), 8 + next(28), 30 + next(200)]
    for (let y = top; y < Math.min(height, top + down); y++)
      rgb.fill(grey, (y * width + left) * 3, (y * width + Math.min(width, left + across)) * 3)
  }
  for (let pixel = n % 7; pixel < rgb.length; pixel += 7) rgb[pixel] = (rgb[pixel] as number) ^ (n % 4)
  return rgb
}
const black = () => new Uint8Array(192 * 108 * 3).fill(2)

/** Shows so many pictures, one in two seconds of event time, each judged before the next. */
async function show(count: number, pixels: (n: number) => Uint8Array) {
  for (let n = 0; n < count; n++) {
    clockAt += 2000
    const { promise, resolve } = Promise.withResolvers<void>()
    const rgb = pixels(n)
    const fullFrame = async () => {
      resolve()
      return { width: 192, height: 108, rgb }
    }
    const frame = { capturedAt: clockAt, fullFrame } as unknown as CameraFrame
    let taken = false
    void promise.then(() => {
      taken = true
    })
    while (!taken) {
      watch.offer(frame)
      await turn()
    }
  }
}
const usual = (n: number) => scene(7, n)
const turned = (n: number) => scene(99, n)
const told_ = () => findings.map(({ phase, kind, subject }) => `${phase} ${kind} ${subject}`)

describe('a camera that is turned', () => {
  it('is told once with a picture, its zones are suspended, and both end when the old view is back', async () => {
    await show(5, usual)
    expect(watch.moved).toBe(false)
    await show(enough, turned)
    await expect.poll(told_, patient).toEqual(['started view_changed moved'])
    expect(watch.moved).toBe(true)
    const [finding] = findings
    expect(finding).toMatchObject({ cameraId: 'lane-1', evidence: [{ role: 'clean' }] })
    expect(finding?.findingId).toMatch(/^view\/lane-1\/moved-/)
    expect(finding?.summary.zh).toContain('kerb')
    await show(enough, turned)
    await show(enough, usual)
    await expect.poll(told_, patient).toEqual(['started view_changed moved', 'ended view_changed moved'])
    expect(findings[1]?.findingId).toBe(finding?.findingId)
    expect(watch.moved).toBe(false)
    expect(told).toEqual(['', 'moved', ''])
  })

  it('counts again once a person has confirmed the new view, which is the usual one from then on', async () => {
    await show(5, usual)
    await show(enough, turned)
    await expect.poll(told_, patient).toHaveLength(1)
    expect(await watch.confirm()).toEqual([])
    expect(watch.moved).toBe(false)
    await expect.poll(told_, patient).toEqual(['started view_changed moved', 'ended view_changed moved'])
    expect(findings[1]?.summary.zh).toContain('已确认')
    await show(enough, turned)
    expect(watch.moved).toBe(false)
    await show(enough, usual)
    await expect.poll(() => told_().slice(2), patient).toEqual(['started view_changed moved'])
    expect(findings[2]?.findingId).not.toBe(findings[0]?.findingId)
  })

  it('while nobody watched is told after the restart, and is still told once after another', async () => {
    await show(5, usual)
    await close()
    await open()
    await show(enough, turned)
    await expect.poll(told_, patient).toEqual(['started view_changed moved'])
    await close()
    await open()
    await show(3, turned)
    expect(watch.moved).toBe(true)
    await show(enough, usual)
    await expect.poll(told_, patient).toEqual(['started view_changed moved', 'ended view_changed moved'])
  })

  it('and stays so is told again now and then, so that its alert does not end in silence', async () => {
    await show(5, usual)
    await show(enough, turned)
    clockAt += view.remindHours * 3_600_000
    await show(2, turned)
    await expect.poll(told_, patient).toEqual(['started view_changed moved', 'continued view_changed moved'])
  })
})

describe('a camera whose picture shows nothing', () => {
  it('is a fault of the device, and no reason to suspend zones', async () => {
    await show(5, usual)
    await show(enough, black)
    await expect.poll(told_, patient).toEqual(['started device_offline black'])
    expect(watch.moved).toBe(false)
    await show(enough, usual)
    await expect.poll(told_, patient).toEqual(['started device_offline black', 'ended device_offline black'])
  })
})
