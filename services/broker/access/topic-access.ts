// Who may publish and subscribe to what on our broker (design.md §3). Pure.
import type { DeviceKind } from '../../contracts/events/reading-recorded-v1.ts'

export interface DevicePrincipal {
  readonly role: 'device'
  readonly name: string
  readonly kind: DeviceKind
}
export interface SubscriberPrincipal {
  readonly role: 'subscriber'
  readonly name: string
}
export type Principal = DevicePrincipal | SubscriberPrincipal

/** Is this device behind that gateway? */
export type IsBehind = (subDevice: string, gateway: string) => boolean

const uplinks = ['readings', 'status', 'image']
const djiUplinks = ['osd', 'state', 'events', 'requests', 'services_reply', 'property/set_reply', 'drc/up']
const djiDownlinks = ['services', 'events_reply', 'requests_reply', 'property/set', 'drc/down']

/** A device publishes to its own topics; a DJI gateway also to those of its sub-devices. */
export function mayPublish(principal: Principal, topic: string, isBehind: IsBehind): boolean {
  if (principal.role !== 'device') return false
  const [root, second, third = '', fourth, ...rest] = topic.split('/')
  if (root === 'qly' && second === 'v1')
    return third === principal.kind && fourth === principal.name && rest.length === 1 && uplinks.includes(rest[0] ?? '')
  if (second !== 'product' || fourth === undefined) return false
  const channel = [fourth, ...rest].join('/')
  if (root === 'sys') return third === principal.name && channel === 'status'
  if (root !== 'thing' || !djiUplinks.includes(channel)) return false
  return third === principal.name || isBehind(third, principal.name)
}

/**
 * A device subscribes to what is said to it; a subscriber to events. Filters with wildcards are allowed where all that they can match is
 * its own: a wildcard may stand only after the levels that name the device, or after `qly/v1/events`.
 */
export function maySubscribe(principal: Principal, filter: string): boolean {
  const levels = filter.split('/')
  const [root, second, third, fourth] = levels
  if (principal.role === 'subscriber')
    return root === 'qly' && second === 'v1' && third === 'events' && levels.length >= 4
  if (root === 'qly' && second === 'v1')
    return (
      third === principal.kind && fourth === principal.name && levels.length >= 5 && !uplinks.includes(levels[4] ?? '')
    )
  if (second !== 'product' || third !== principal.name || levels.length < 4) return false
  const channel = levels.slice(3).join('/')
  if (root === 'sys') return ['status_reply', '#', '+'].includes(channel)
  return root === 'thing' && [...djiDownlinks, '#', '+', 'property/+', 'property/#', 'drc/+', 'drc/#'].includes(channel)
}

/** Topics that we publish on: only these are ever handed to clients, so that a wildcard does not give a device its own messages back. */
export function isDownlink(topic: string): boolean {
  if (topic.startsWith('qly/v1/events/')) return true
  if (topic.startsWith('sys/product/')) return topic.endsWith('/status_reply')
  if (topic.startsWith('thing/product/')) return djiDownlinks.includes(topic.split('/').slice(3).join('/'))
  return topic.startsWith('qly/v1/') && !uplinks.some((channel) => topic.endsWith(`/${channel}`))
}

/** Is it a topic on which a device may leave a retained message (its status, domain.md §0.10)? */
export function mayRetain(topic: string): boolean {
  return topic.startsWith('qly/v1/') && topic.endsWith('/status')
}
