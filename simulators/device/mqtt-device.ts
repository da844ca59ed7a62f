// One device on the broker: its own credential, QoS 1, a last will, reconnecting for ever. While the broker is away a bounded number of messages wait.
import { connect, type IClientOptions, type IClientPublishOptions, type MqttClient } from 'mqtt'
import type { Simulator, SimulatorDeps } from '../simulator.ts'

export interface MqttAddress {
  /** mqtt:// or mqtts://; a function where the port is known only later */
  readonly url: string | (() => string)
  readonly password: string
  readonly version?: 4 | 5
}

export interface MqttDeviceOptions extends MqttAddress {
  /** user name and client id */
  readonly id: string
  readonly will?: { readonly topic: string; readonly payload: string }
  readonly keepaliveSeconds?: number
  /** messages that may wait while the broker is away or slow; the newest beyond are dropped and counted */
  readonly queue?: number
}

export interface MqttDevice extends Simulator {
  /** Sends with QoS 1; resolves with true once it is acknowledged, false if it was dropped. */
  publish(topic: string, payload: string | Uint8Array, options?: PublishOptions): Promise<boolean>
  /** Calls back for every message on the filter, now and after every reconnect. */
  subscribe(filter: string, take: (topic: string, payload: Buffer) => void): void
  /** Calls back after every connect. */
  onConnect(callback: () => void): void
  /** Loses the connection without a DISCONNECT, as a dead battery does; `reconnect` brings it back. */
  drop(): void
  reconnect(): void
  readonly connected: boolean
  readonly dropped: number
}

export interface PublishOptions {
  readonly retain?: boolean
  readonly userProperties?: Readonly<Record<string, string>>
}

export function createMqttDevice(deps: SimulatorDeps, options: MqttDeviceOptions): MqttDevice {
  const { id, will, version = 5, queue = 200 } = options
  const subscriptions = new Map<string, (topic: string, payload: Buffer) => void>()
  const connects: (() => void)[] = []
  let client: MqttClient | undefined
  let waiting = 0
  let dropped = 0
  let complained = false
  let away = false

  return {
    name: id,
    get connected() {
      return client?.connected ?? false
    },
    get dropped() {
      return dropped
    },
    async start(signal) {
      signal?.throwIfAborted()
      const url = typeof options.url === 'string' ? options.url : options.url()
      client = connect(url, clientOptions(options, version))
      client.on('connect', () => {
        complained = false
        for (const filter of subscriptions.keys()) client?.subscribe(filter, { qos: 1 })
        for (const callback of connects) callback()
      })
      client.on('message', (topic, payload) => {
        for (const [filter, take] of subscriptions) if (matches(filter, topic)) take(topic, payload)
      })
      client.on('error', (error) => {
        if (!complained)
          deps.logger.warn({ device: id, reason: error.message }, 'simulated device: no connection, trying on')
        complained = true
      })
    },
    async stop() {
      const closing = client
      client = undefined
      if (!closing) return
      // a clean goodbye has no last will: say it
      if (will && closing.connected) {
        const goodbye = closing.publishAsync(will.topic, will.payload, { qos: 1, retain: true }).catch(() => undefined)
        await Promise.race([goodbye, deps.clock.sleep(500)])
      }
      await closing.endAsync(!closing.connected)
    },
    async publish(topic, payload, { retain = false, userProperties } = {}) {
      if (!client || waiting >= queue) {
        dropped++
        return false
      }
      waiting++
      const properties: IClientPublishOptions['properties'] =
        version === 5 && userProperties ? { userProperties: { ...userProperties } } : undefined
      try {
        await client.publishAsync(topic, typeof payload === 'string' ? payload : Buffer.from(payload), {
          qos: 1,
          retain,
          ...(properties ? { properties } : {}),
        })
        return true
      } catch {
        dropped++
        return false
      } finally {
        waiting--
      }
    },
    subscribe(filter, take) {
      subscriptions.set(filter, take)
      if (client?.connected) client.subscribe(filter, { qos: 1 })
    },
    onConnect(callback) {
      connects.push(callback)
    },
    drop() {
      if (!client) return
      // else mqtt.js would come back by itself
      client.options.reconnectPeriod = 0
      client.stream.destroy()
      away = true
    },
    reconnect() {
      if (!client || !away) return
      away = false
      client.options.reconnectPeriod = reconnectMs
      client.reconnect()
    },
  }
}

const reconnectMs = 2000

function clientOptions(options: MqttDeviceOptions, version: 4 | 5): IClientOptions {
  const { id, password, will, keepaliveSeconds = 20 } = options
  return {
    clientId: id,
    username: id,
    password,
    protocolVersion: version,
    clean: true,
    keepalive: keepaliveSeconds,
    reconnectPeriod: reconnectMs,
    connectTimeout: 10_000,
    ...(will ? { will: { topic: will.topic, payload: Buffer.from(will.payload), qos: 1, retain: true } } : {}),
  }
}

function matches(filter: string, topic: string): boolean {
  const wanted = filter.split('/')
  const given = topic.split('/')
  for (const [index, level] of wanted.entries()) {
    if (level === '#') return true
    if (level !== '+' && level !== given[index]) return false
  }
  return wanted.length === given.length
}
