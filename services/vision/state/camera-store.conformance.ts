// What the camera store promises, on either database: state and events together, events once the bus is back, the newest state wins.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { findingChangedV1 } from '../../contracts/events/finding-changed-v1.ts'
import type { Database } from '../../kernel/database/database.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import { emptyCrowd } from '../crowd/crowd-state.ts'
import { emptyParking } from '../parking/parking-state.ts'
import { emptyPresence } from '../presence/presence-machine.ts'
import { createStoreRig, type StoreRig } from '../testing/store-rig.ts'
import type { CameraState } from './camera-store.ts'

const stateAt = (clock: number): CameraState => ({
  parking: { ...emptyParking, clock },
  presence: emptyPresence,
  crowd: emptyCrowd,
})
const finding = (id: string): Outgoing => ({
  topic: 'qly.detection.v1',
  event: createEvent(
    findingChangedV1,
    { source: '/vision/cam', id, time: 0 },
    { ...findingChangedV1.example, cameraId: 'cam' },
  ),
})

export function cameraStoreConformance(
  name: string,
  open: () => Promise<{ database: Database; close(): Promise<void> }>,
): void {
  describe(`the camera store on ${name}`, () => {
    let opened: Awaited<ReturnType<typeof open>>
    let rig: StoreRig
    beforeEach(async () => {
      opened = await open()
      rig = await createStoreRig(opened.database)
    })
    afterEach(async () => {
      await rig.stop()
      await opened.close()
    })
    const clockOf = async (store = rig.store) => (await store.load('cam')).state.parking.clock

    it('begins empty, and keeps the newest state', async () => {
      expect(await rig.store.load('cam')).toEqual({ state: stateAt(0), version: 0 })
      const writer = rig.store.writer('cam', 0)
      for (let clock = 1; clock <= 50; clock++) writer.save(stateAt(clock), [])
      await writer.flush()
      expect(await clockOf()).toBe(50)
      const { version } = await rig.store.load('cam')
      // What came while a save was under way went together.
      expect(version).toBeLessThan(50)
      const again = rig.store.writer('cam', version)
      again.save(stateAt(51), [])
      await again.flush()
      expect(await clockOf()).toBe(51)
    })

    it('publishes every event once and in order, also those that waited', async () => {
      const writer = rig.store.writer('cam', 0)
      for (let number = 0; number < 20; number++) writer.save(stateAt(number), [finding(`f${number}`)])
      await writer.flush()
      expect(rig.published).toEqual(Array.from({ length: 20 }, (_, number) => `f${number}`))
    })

    it('keeps events while the bus is away, and publishes them when it is back', async () => {
      rig.bus = 'down'
      const writer = rig.store.writer('cam', 0)
      writer.save(stateAt(1), [finding('a')])
      await expect.poll(() => rig.attempts, { timeout: 10_000 }).toBeGreaterThan(1)
      writer.save(stateAt(2), [finding('b')])
      expect(rig.published).toEqual([])
      rig.bus = 'up'
      await writer.flush()
      expect(rig.published).toEqual(['a', 'b'])
      expect(await clockOf()).toBe(2)
    })

    it('leaves them to the next start when it must stop without the bus; state is never ahead of events', async () => {
      rig.bus = 'down'
      const writer = rig.store.writer('cam', 0)
      writer.save(stateAt(1), [finding('a')])
      await expect.poll(() => rig.attempts, { timeout: 10_000 }).toBeGreaterThan(0)
      writer.save(stateAt(2), [finding('b')])
      await rig.stop()
      rig = await createStoreRig(opened.database)
      expect(rig.published).toEqual(['a'])
      expect(await clockOf()).toBe(1)
    })

    it('lets an older writer change nothing', async () => {
      const old = rig.store.writer('cam', 0)
      const newer = rig.store.writer('cam', 10)
      newer.save(stateAt(100), [])
      await newer.flush()
      old.save(stateAt(1), [])
      await old.flush()
      expect(await clockOf()).toBe(100)
    })
  })
}
