// A gateway with a dock, its aircraft and a kitchen camera: what tests of decoding decode with.
import type { DeviceMessage } from '../../contracts/device-messages.ts'
import { parseConfig } from '../../kernel/config/load-config.ts'
import { decodeMessage } from '../decoding/decode-message.ts'
import type { Taken } from '../decoding/decoded.ts'
import { createRoutes } from '../decoding/topic-routes.ts'
import { createDeviceKnowledge } from '../device-knowledge.ts'

export const config = parseConfig(
  `cameras: [{ id: kitchen-1, name: k, source: "mqtt:kitchens/1/snapshot" }]
devices: [{ id: DOCK2, kind: dock }, { id: DRONE9, kind: drone, gateway: DOCK2 }]
ingest: { dji: { organisation: { id: "12", name: Huqiu, bindingCode: hush-hush } } }`,
  'test',
)
export const receivedAt = 1_667_220_873_999
export const routes = createRoutes(config.cameras)
export const decode = (
  topic: string,
  payload: unknown,
  knowledge = createDeviceKnowledge(config),
  more: Partial<DeviceMessage> = {},
) => {
  const bytes = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  const message: DeviceMessage = {
    topic,
    payload: bytes,
    qos: 1,
    retain: false,
    duplicate: false,
    clientId: 'c',
    receivedAt,
    ...more,
  }
  return decodeMessage(message, routes(topic), { settings: config.ingest, knowledge })
}
export const taken = (...args: Parameters<typeof decode>): Taken => {
  const decoded = decode(...args)
  if (decoded.outcome !== 'taken') throw new Error(decoded.reason)
  return decoded
}
export const dataOf = (decoded: Taken) => decoded.events.map(({ event }) => event.data as Record<string, unknown>)
