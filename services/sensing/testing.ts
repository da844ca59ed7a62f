// For the room's tests: the default configuration, readings, and a device's way through taking and judging without shell and model.
import type { Config } from '../contracts/config/config.ts'
import type { DeviceKind, ReadingRecorded } from '../contracts/events/reading-recorded-v1.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { emptyDevice } from './device-state.ts'
import { type FindingChange, judgeReading } from './judge-reading.ts'
import type { OdourOpinion } from './limits/odour.ts'
import { type FaultChange, takeReading } from './take-reading.ts'

export const testConfig = (yaml = ''): Config => parseConfig(`cameras: []\n${yaml}`, 'test.yaml')

export function reading(
  deviceId: string,
  kind: DeviceKind,
  at: number | string,
  values: Record<string, number>,
  more: Partial<ReadingRecorded> = {},
): ReadingRecorded {
  const time = new Date(at).toISOString()
  return { deviceId, kind, observedAt: time, receivedAt: time, values, ...more }
}

/** Sends readings of one device through the pure part of the room and collects what comes out. */
export function createWay(deviceId: string, kind: DeviceKind, config = testConfig()) {
  let state = emptyDevice(deviceId, kind)
  const changes: FindingChange[] = []
  const faults: (FaultChange & { at: number })[] = []
  return {
    changes,
    faults,
    phases: () => changes.map(({ phase }) => phase),
    state: () => state,
    send(
      at: number | string,
      values: Record<string, number>,
      more: Partial<ReadingRecorded> = {},
      opinion?: OdourOpinion,
    ) {
      const taken = takeReading(state, reading(deviceId, kind, at, values, more), config.sensing)
      const noiseClass = config.devices.find(({ id }) => id === deviceId)?.noiseClass
      const odour = opinion ? { opinion, threshold: 0.6 } : undefined
      const judged = judgeReading(taken, { config, noiseClass, odour })
      state = judged.state
      changes.push(...judged.changes)
      faults.push(...taken.faults.map((fault) => ({ ...fault, at: taken.at })))
      return judged.changes
    },
  }
}
