// Exactly once through the room when inference threads die or hang: the same findings and events as if nothing had happened, none twice, none lost.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createInferenceLane, type OpenLane } from './inference/inference-lane.ts'
import { killScene } from './testing/kill-scene.ts'
import { pixelFrame } from './testing/pixel-frames.ts'
import { makeModelFolder } from './testing/tiny-onnx.ts'
import { createVisionRig } from './testing/vision-rig.ts'

let directory: string
let model: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'qly-threads-'))
  model = makeModelFolder(directory, 'pixels')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Frames that end the thread they come to: while clocks run, at both violations, while one is absent, at its end. */
const deadly = [30, 51, 151, 330, 500]
const hanging = [100]

const openLane: OpenLane = (options) =>
  createInferenceLane({ ...options, script: new URL('./testing/mortal-inference-thread.ts', import.meta.url) })

/** Plays the scene as media does: the next frame comes as soon as it may. Answers with all that the room said. */
async function play(trouble: ReadonlyMap<number, number>) {
  const rig = await createVisionRig({
    openLane,
    vision: { inferenceWorkers: 2, hangSeconds: 2, publishFrames: 'all', motion: { enabled: false } },
  })
  const { eyes } = rig.vision
  const plan = await eyes.open(killScene.camera(model))
  const underWay = new Set<Promise<unknown>>()
  const refused: unknown[] = []
  for (let number = 0; number < killScene.frames; number++) {
    const capturedAt = killScene.startAt + (number * 1000) / killScene.fps
    const frame = pixelFrame(plan, killScene.objectsAt(number / killScene.fps), { sequence: number, capturedAt })
    const cuts = frame.cuts.map((cut) => {
      const rgb = new Uint8Array(new SharedArrayBuffer(cut.rgb.length))
      rgb.set(cut.rgb)
      const last = trouble.get(number)
      if (last !== undefined) rgb[rgb.length - 1] = last
      return { ...cut, rgb }
    })
    await new Promise<void>((resolve) => {
      const seen: Promise<unknown> = eyes
        .see({ ...frame, cuts }, resolve)
        .catch((error: unknown) => refused.push(error))
        .finally(() => underWay.delete(seen))
      underWay.add(seen)
    })
    if (underWay.size >= (plan.framesAtOnce ?? 1)) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  await eyes.close('cam')
  const events = (await rig.events('qly.detection.v1')).map(({ type, data }) => ({
    type,
    // when it was looked at is the one thing that may differ
    data: 'analysedAt' in data ? { ...data, analysedAt: '' } : data,
  }))
  const deaths = Number(/^qianliyan_vision_\w*deaths\w* (\d+)/m.exec(await rig.registry.metrics())?.[1])
  await rig.stop()
  return { events, refused, deaths }
}

describe('inference threads that die and hang', () => {
  it('change nothing of what the room says', { timeout: 60_000 }, async () => {
    const calm = await play(new Map())
    const troubled = await play(
      new Map([...deadly.map((frame) => [frame, 253] as const), ...hanging.map((frame) => [frame, 252] as const)]),
    )
    expect(calm.deaths).toBe(0)
    expect(troubled.deaths).toBeGreaterThanOrEqual(deadly.length)
    expect([calm.refused, troubled.refused]).toEqual([[], []])
    const phases = troubled.events.flatMap(({ data }) => ('phase' in data ? [data.phase] : []))
    expect(phases.filter((phase) => phase === 'started' || phase === 'ended')).toEqual(['started', 'started', 'ended'])
    // frames and findings are published on ways of their own: each in its order
    const told = ({ events }: typeof calm, analysed: boolean) =>
      events.filter(({ type }) => (type === 'cn.qianliyan.frame.analysed.v1') === analysed)
    expect(told(troubled, false)).toEqual(told(calm, false))
    expect(told(troubled, true)).toEqual(told(calm, true))
  })
})
