// The broker role: our own MQTT broker, or the connection to an external one; commands for devices; events out to subscribers.
import type { Config } from '../contracts/config/config.ts'
import type { DeviceMessageSink, DevicePresenceSink, DevicePublisher } from '../contracts/device-messages.ts'
import { AppError, asAppError } from '../contracts/errors.ts'
import type { DeviceKind } from '../contracts/events/reading-recorded-v1.ts'
import type { RoomDatabase } from '../kernel/database/database.ts'
import type { Subscription } from '../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import type { Sealing } from '../kernel/secrets/sealing.ts'
import { createAuthenticator } from './access/authenticator.ts'
import { type BrokerTables, brokerMigrations } from './access/broker-tables.ts'
import { createDeviceCommands } from './access/device-commands.ts'
import { createDeviceRegistry } from './access/device-registry.ts'
import { readSubDevices } from './access/topology-reader.ts'
import { createBrokerMetrics } from './broker-metrics.ts'
import { createEmbeddedBroker } from './embedded/embedded-broker.ts'
import { createPresenceTracker } from './embedded/presence-tracker.ts'
import { createEventsOut } from './events-out/events-out.ts'
import { createExternalBroker } from './external/external-broker.ts'
import { createFilterMemory } from './external/subscriptions.ts'

export type BrokerDeps = Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger' | 'registry'>
export interface BrokerWiring {
  readonly sink: DeviceMessageSink
  readonly presence: DevicePresenceSink
  /** for what RTSP's digest needs of devices' passwords */
  readonly sealing?: Sealing
}
export type BrokerService = Service & {
  readonly publish: DevicePublisher
  /** 0 with an external broker */
  readonly port: number
  readonly tlsPort: number | undefined
}

const housekeepingMs = 1000
/** devices that were online before a restart have this long to come back: 1.5 × the usual keepalive of a minute, and time to connect */
const returnWithinMs = 120_000

/** Embedded or external, by `config.mqtt.url`. */
export function createBrokerService(deps: BrokerDeps, config: Config, wiring: BrokerWiring): BrokerService {
  return config.mqtt.url === undefined
    ? createEmbeddedService(deps, config, wiring)
    : createExternalService(deps, config, { ...config.mqtt, url: config.mqtt.url }, wiring)
}

function createExternalService(
  { bus, database, clock, logger, registry }: BrokerDeps,
  config: Config,
  mqtt: Config['mqtt'] & { readonly url: string },
  { sink }: BrokerWiring,
): BrokerService {
  const metrics = createBrokerMetrics(registry)
  const broker = createExternalBroker({ clock, logger, metrics, sink }, mqtt, config.cameras)
  const mode = mqtt.external.protocol === '5' ? 'binary' : 'structured'
  const events = createEventsOut(
    { bus, metrics, publish: broker.publish, wanted: () => true },
    { ...mqtt, mode, group: 'broker-events' },
  )
  return {
    name: 'broker',
    level: 'source',
    publish: broker.publish,
    port: 0,
    tlsPort: undefined,
    async start() {
      const room = await database.room<BrokerTables>('broker', brokerMigrations)
      await broker.start(createFilterMemory(room, mqtt.external.clientId))
      await events.start()
    },
    async stop() {
      await events.stop()
      await broker.stop()
    },
    check: () => broker.check(),
  }
}

function createEmbeddedService(deps: BrokerDeps, config: Config, wiring: BrokerWiring): BrokerService {
  const { bus, database, clock, logger } = deps
  const metrics = createBrokerMetrics(deps.registry)
  const registry = createDeviceRegistry(config)
  const authenticator = createAuthenticator({ registry, clock }, config.mqtt)
  let onlineChanged = false
  const presence = createPresenceTracker({
    presence: wiring.presence,
    clock,
    logger,
    changed: () => {
      onlineChanged = true
    },
  })
  const moved = new Set<string>()
  const broker = createEmbeddedBroker(
    {
      clock,
      logger,
      metrics,
      sink: wiring.sink,
      presence,
      registry,
      authenticator,
      onTopology(gateway, payload) {
        const listed = readSubDevices(payload)
        if (!listed) return
        for (const id of registry.learn(gateway, listed, (other) => broker.isConnected(other))) moved.add(id)
      },
    },
    config,
  )
  const events = createEventsOut(
    { bus, metrics, publish: broker.publish, wanted: () => broker.hasSubscribers },
    { ...config.mqtt, mode: 'structured', group: 'broker-events' },
  )
  const ended = new AbortController()
  let commands: Subscription | undefined
  let housekeeping: Promise<void> | undefined

  const saveOnline = async (room: RoomDatabase<BrokerTables>) => {
    if (!onlineChanged) return
    onlineChanged = false
    const rows = [...presence.online].map(([id, kind]) => ({ id, kind }))
    await room.transaction(async (transaction) => {
      await transaction.deleteFrom('online_device').execute()
      for (let at = 0; at < rows.length; at += 500)
        await transaction
          .insertInto('online_device')
          .values(rows.slice(at, at + 500))
          .execute()
    })
  }
  const saveMoved = async (room: RoomDatabase<BrokerTables>) => {
    const ids = [...moved]
    moved.clear()
    if (ids.length === 0) return
    await room.transaction(async (transaction) => {
      for (const id of ids) {
        await transaction.deleteFrom('sub_device').where('id', '=', id).execute()
        const gateway = registry.gatewayOf(id)
        if (gateway !== undefined)
          await transaction.insertInto('sub_device').values({ id, gateway, learnt_at: clock.now() }).execute()
      }
    })
  }
  const keepHouse = async (room: RoomDatabase<BrokerTables>) => {
    while (!ended.signal.aborted) {
      await clock.sleep(housekeepingMs, ended.signal).catch(() => undefined)
      broker.settle()
      await Promise.all([saveOnline(room), saveMoved(room)]).catch((error: unknown) => {
        onlineChanged = true
        logger.warn({ err: asAppError(error) }, 'who is online could not be written; trying again')
      })
    }
  }

  return {
    name: 'broker',
    level: 'source',
    publish: broker.publish,
    get port() {
      return broker.port
    },
    get tlsPort() {
      return broker.tlsPort
    },
    async start(signal) {
      const room = await database.room<BrokerTables>('broker', brokerMigrations)
      await registry.load(room)
      const before = await room.db.selectFrom('online_device').selectAll().execute()
      presence.expect(
        before.map(({ id, kind }) => ({ deviceId: id, kind: kind as DeviceKind })),
        returnWithinMs,
      )
      signal.throwIfAborted()
      const disconnect = (name: string) => broker.disconnect(name, 'its credential was changed')
      const handler = await createDeviceCommands({ room, registry, clock, disconnect, sealing: wiring.sealing })
      commands = await bus.subscribe({ topics: ['qly.command.v1'], group: 'broker' }, async (batch) => {
        for (const { event } of batch)
          if (event.data.target === 'device') await bus.publish(await handler.handle(event.data))
      })
      await events.start()
      signal.throwIfAborted()
      await broker.start()
      housekeeping = keepHouse(room)
    },
    async stop() {
      await commands?.stop()
      await events.stop()
      await presence.stop()
      await broker.stop()
      ended.abort()
      await housekeeping
    },
    async check() {
      if (ended.signal.aborted) throw new AppError('QLY_BUS_UNAVAILABLE', 'the broker has stopped')
    },
  }
}
