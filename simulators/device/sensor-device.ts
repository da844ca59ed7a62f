// A sensor station that speaks `qly/v1/{kind}/{id}/readings` and `…/status` by its script, faults included.
import { createRandom, hashText } from '../random.ts'
import type { Simulator, SimulatorDeps } from '../simulator.ts'
import { createMqttDevice, type MqttAddress } from './mqtt-device.ts'
import { createPace, type Pace } from './pace.ts'
import type { MessageFault, ReadingSource, SensorScript } from './sensor-script.ts'
import { createSignal } from './signal.ts'

export interface SensorDeviceOptions {
  readonly script: SensorScript
  /** default: the signals of the script */
  readonly source?: ReadingSource
  readonly mqtt: MqttAddress
  readonly speed?: number
}

export function createSensorDevice(deps: SimulatorDeps, options: SensorDeviceOptions): Simulator {
  const { script, source = signalSource(script), mqtt, speed = 1 } = options
  const topic = `qly/v1/${script.kind}/${script.id}`
  const device = createMqttDevice(deps, {
    ...mqtt,
    id: script.id,
    will: { topic: `${topic}/status`, payload: JSON.stringify({ status: 'offline', reason: 'connection lost' }) },
  })
  const random = createRandom(script.seed)
  let pace: Pace | undefined

  const say = (payload: string) => void device.publish(`${topic}/readings`, payload)
  const tick = (seconds: number) => {
    const at = deps.clock.now()
    const active = (kind: MessageFault['kind']) =>
      script.faults?.find((fault) => fault.kind === kind && seconds >= fault.from && seconds < fault.to)
    if (active('offline')) {
      if (device.connected) device.drop()
      return
    }
    device.reconnect()
    const { hour, weekend } = localTime(at)
    const values = source.read(seconds, hour, weekend)
    if (Object.keys(values).length === 0 || active('drop')) return
    if (active('garbage') && random.chance(0.5)) return say('{"at": "20')
    const skew = (active('skew')?.seconds ?? 0) * 1000
    const payload = JSON.stringify({ at: new Date(at + skew).toISOString(), location: script.location, values })
    say(payload)
    if (active('duplicate')) say(payload)
  }

  return {
    name: script.id,
    async start(signal) {
      device.onConnect(
        () =>
          void device.publish(
            `${topic}/status`,
            JSON.stringify({ status: 'online', location: script.location, name: script.name }),
            { retain: true },
          ),
      )
      await device.start(signal)
      pace = createPace(deps, script.everySeconds, speed, random.range(0, 0.5), tick)
    },
    async stop() {
      await pace?.stop()
      await device.stop()
    },
  }
}

/** Values straight from the signals of a script. */
export function signalSource(script: SensorScript): ReadingSource {
  const signals = Object.entries(script.signals ?? {}).map(
    ([name, signal]) => [name, createSignal(signal, script.seed ^ hashText(name))] as const,
  )
  return {
    read(seconds, hour) {
      const values: Record<string, number> = {}
      for (const [name, signal] of signals) {
        const value = signal.read(seconds, hour)
        if (value !== undefined) values[name] = value
      }
      return values
    },
  }
}

/** Hour of the day as a fraction, and whether it is Saturday or Sunday, in China (UTC+8, no daylight saving). */
export function localTime(at: number): { hour: number; weekend: boolean } {
  const local = at + 8 * 3_600_000
  const day = Math.floor(local / 86_400_000)
  // 1 January 1970 was a Thursday
  return { hour: (local % 86_400_000) / 3_600_000, weekend: [2, 3].includes(day % 7) }
}
