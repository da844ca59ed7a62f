// What every event bus must do; embedded-event-bus.test.ts and kafka-event-bus.integration.test.ts run it.
// The data outlive a test (one cluster for all), so every test has a source and group names of its own and looks at nothing else.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../contracts/errors.ts'
import { createMetrics, type Registry } from '../metrics/metrics.ts'
import { deliveryTests } from './event-bus.delivery.conformance.ts'
import { failureTests } from './event-bus.failure.conformance.ts'
import { positionTests } from './event-bus.position.conformance.ts'
import { sharingTests } from './event-bus.sharing.conformance.ts'
import type { EventBus } from './event-bus.ts'
import { reading } from './test-readings.ts'

/** Opens buses over the same data, one after the other. */
export interface EventBusFixture {
  open(registry: Registry): EventBus
  close(): Promise<void>
}

/** What a test of the suite works with. */
export interface BusTest {
  readonly bus: EventBus
  readonly registry: Registry
  /** Stops the bus and opens a new one over the same data, as a restarted process does. */
  restart(): Promise<void>
  /** a name that no other test has */
  readonly unique: string
}

export function eventBusConformance(name: string, fixture: () => Promise<EventBusFixture>): void {
  describe(`${name} as an event bus`, () => {
    let data: EventBusFixture
    let current: { bus: EventBus; registry: Registry }
    let count = 0
    const run = `${Date.now().toString(36)}-${Math.floor(Math.random() * 1e6)}`
    const open = async () => {
      const registry = createMetrics()
      current = { bus: data.open(registry), registry }
      await current.bus.start()
    }
    const test: BusTest = {
      get bus() {
        return current.bus
      },
      get registry() {
        return current.registry
      },
      async restart() {
        await current.bus.stop()
        await open()
      },
      get unique() {
        return `${run}-${count}`
      },
    }

    beforeEach(async () => {
      count++
      data = await fixture()
      await open()
    })
    afterEach(async () => {
      await current.bus.stop()
      await data.close()
    })

    deliveryTests(test)
    failureTests(test)
    positionTests(test)
    sharingTests(test)

    it('says that it works', async () => {
      await expect(test.bus.check()).resolves.toBeUndefined()
    })

    it('refuses to publish once it is stopped, and may be stopped twice', async () => {
      await test.bus.stop()
      await test.bus.stop()
      await expect(test.bus.publish([reading(test.unique, 'a', 1)])).rejects.toBeInstanceOf(AppError)
    })
  })
}
