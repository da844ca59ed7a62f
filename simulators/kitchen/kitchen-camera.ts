// A kitchen camera that sends JPEGs over MQTT: qly/v1/kitchen/{id}/image, with the time of capture as MQTT 5 user property.
import { createMqttDevice, type MqttAddress } from '../device/mqtt-device.ts'
import { createPace, type Pace } from '../device/pace.ts'
import type { Simulator, SimulatorDeps } from '../simulator.ts'
import { type CookScript, createKitchenPicture } from './kitchen-picture.ts'

export interface KitchenCameraOptions {
  readonly id: string
  readonly mqtt: MqttAddress
  readonly seed: number
  readonly cooks: readonly CookScript[]
  readonly everySeconds?: number
  readonly speed?: number
}

export function createKitchenCamera(deps: SimulatorDeps, options: KitchenCameraOptions): Simulator {
  const { id, mqtt, seed, cooks, everySeconds = 2, speed = 1 } = options
  const topic = `qly/v1/kitchen/${id}`
  const device = createMqttDevice(deps, {
    ...mqtt,
    id,
    // pictures are large: few may wait
    queue: 4,
    will: { topic: `${topic}/status`, payload: JSON.stringify({ status: 'offline', reason: 'connection lost' }) },
  })
  const picture = createKitchenPicture(cooks, seed)
  let pace: Pace | undefined
  return {
    name: id,
    async start(signal) {
      device.onConnect(
        () => void device.publish(`${topic}/status`, JSON.stringify({ status: 'online' }), { retain: true }),
      )
      await device.start(signal)
      pace = createPace(deps, everySeconds * speed, speed, 0.3, async (seconds) => {
        const at = new Date(deps.clock.now()).toISOString()
        const jpeg = await picture.at(seconds)
        void device.publish(`${topic}/image`, jpeg, { userProperties: { at } })
      })
    },
    async stop() {
      await pace?.stop()
      await device.stop()
    },
  }
}
