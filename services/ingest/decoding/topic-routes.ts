// MQTT topic → which decoder, which device. `qly/v1/{kind}/{deviceId}/…`, DJI's `thing/product/{sn}/…` and `sys/product/{sn}/status`,
// and the topics of cameras whose source is `mqtt:<topic>`.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { type DeviceKind, deviceKinds } from '../../contracts/events/reading-recorded-v1.ts'

export const djiChannels = [
  'osd',
  'state',
  'events',
  'requests',
  'services_reply',
  'property/set_reply',
  'drc/up',
] as const
export type DjiChannel = (typeof djiChannels)[number]

/** `source` names kind and channel in figures; never a device id, of which there may be very many. */
export type Route = { readonly source: string } & (
  | { readonly family: 'readings' | 'status'; readonly kind: DeviceKind; readonly deviceId: string }
  | { readonly family: 'image'; readonly cameraId: string; readonly deviceId: string }
  | { readonly family: 'dji'; readonly channel: DjiChannel; readonly deviceId: string }
  | { readonly family: 'dji-topology'; readonly deviceId: string }
  | { readonly family: 'unknown'; readonly reason: string; readonly deviceId?: string }
)

export type RouteOf = (topic: string) => Route

/** A route finder that remembers the last 10,000 topics, since a device's topics come again and again. */
export function createRoutes(cameras: readonly Pick<CameraConfig, 'id' | 'source'>[]): RouteOf {
  const pictures = new Map(
    cameras.flatMap((camera) =>
      camera.source.startsWith('mqtt:') ? [[camera.source.slice(5), camera.id] as const] : [],
    ),
  )
  const remembered = new Map<string, Route>()
  return (topic) => {
    const known = remembered.get(topic)
    if (known) return known
    const cameraId = pictures.get(topic)
    const route: Route =
      cameraId === undefined
        ? findRoute(topic)
        : { source: 'image', family: 'image', cameraId, deviceId: deviceOfPicture(topic) ?? cameraId }
    if (remembered.size >= 10_000) remembered.clear()
    remembered.set(topic, route)
    return route
  }
}

const identifier = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

function findRoute(topic: string): Route {
  const levels = topic.split('/')
  const [root, second, third, deviceId] = levels
  if (root === 'qly' && second === 'v1' && levels.length === 5) return qlyRoute(third, deviceId, levels[4])
  if ((root === 'thing' || root === 'sys') && second === 'product' && third !== undefined) {
    if (!identifier.test(third))
      return { source: 'unknown', family: 'unknown', reason: `"${third.slice(0, 64)}" is no serial number` }
    const channel = levels.slice(3).join('/')
    if (root === 'sys' && channel === 'status')
      return { source: 'dji/topology', family: 'dji-topology', deviceId: third }
    const known = djiChannels.find((each) => each === channel)
    if (root === 'thing' && known) return { source: `dji/${known}`, family: 'dji', channel: known, deviceId: third }
  }
  return { source: 'unknown', family: 'unknown', reason: 'no device publishes on this topic' }
}

function qlyRoute(kind: string | undefined, deviceId: string | undefined, channel: string | undefined): Route {
  if (deviceId === undefined || !identifier.test(deviceId))
    return { source: 'unknown', family: 'unknown', reason: `"${(deviceId ?? '').slice(0, 64)}" is no device id` }
  const known = deviceKinds.find((each) => each === kind)
  if (!known)
    return {
      source: 'unknown',
      family: 'unknown',
      reason: `"${(kind ?? '').slice(0, 64)}" is no kind of device`,
      deviceId,
    }
  if (channel === 'readings' || channel === 'status')
    return { source: `${known}/${channel}`, family: channel, kind: known, deviceId }
  if (channel === 'image') return { source: 'image', family: 'image', cameraId: deviceId, deviceId }
  return { source: 'unknown', family: 'unknown', reason: 'no device publishes on this topic', deviceId }
}

function deviceOfPicture(topic: string): string | undefined {
  const route = findRoute(topic)
  return route.family === 'image' ? route.deviceId : undefined
}
