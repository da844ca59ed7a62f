// Who may log in: devices and subscribers of the configuration, and those made through the API, which the database keeps. And which aircraft
// is behind which gateway.
import type { Config } from '../../contracts/config/config.ts'
import type { DeviceKind } from '../../contracts/events/reading-recorded-v1.ts'
import type { RoomDatabase } from '../../kernel/database/database.ts'
import type { BrokerTables } from './broker-tables.ts'
import type { Principal } from './topic-access.ts'

export interface Account {
  readonly principal: Principal
  /** a password of the configuration as it is written there, or a hash */
  readonly secret: { readonly plain: string } | { readonly hash: string }
}

export interface DeviceRegistry {
  load(room: RoomDatabase<BrokerTables>): Promise<void>
  account(name: string): Account | undefined
  /** Configured here: the API cannot change it. */
  isConfigured(name: string): boolean
  /** A device made through the API, or its end (undefined). */
  set(name: string, device: { kind: string; passwordHash: string | null; gateway: string | null } | undefined): void
  isBehind(subDevice: string, gateway: string): boolean
  gatewayOf(subDevice: string): string | undefined
  /**
   * A gateway says which sub-devices are behind it now. It gets those that are nobody's: not registered with a credential of their own,
   * not bound to another gateway by configuration or registration, not behind another one that is still connected.
   * Answers with those whose place has changed.
   */
  learn(gateway: string, subDevices: readonly string[], isConnected: (gateway: string) => boolean): readonly string[]
}

export function createDeviceRegistry(config: Pick<Config, 'devices' | 'mqtt'>): DeviceRegistry {
  const configured = new Map<string, Account>()
  const bound = new Map<string, string>()
  for (const { id, kind, password, gateway } of config.devices) {
    if (gateway !== undefined) bound.set(id, gateway)
    if (password === undefined) continue
    const secret = password.startsWith('scrypt:') ? { hash: password } : { plain: password }
    configured.set(id, { principal: { role: 'device', name: id, kind }, secret })
  }
  for (const { name, password } of config.mqtt.subscribers) {
    const secret = password.startsWith('scrypt:') ? { hash: password } : { plain: password }
    if (!configured.has(name)) configured.set(name, { principal: { role: 'subscriber', name }, secret })
  }
  const registered = new Map<string, Account>()
  const registeredGateways = new Map<string, string>()
  const learnt = new Map<string, string>()

  const gatewayOf = (id: string) => bound.get(id) ?? registeredGateways.get(id) ?? learnt.get(id)
  const self: DeviceRegistry = {
    account: (name) => configured.get(name) ?? registered.get(name),
    isConfigured: (name) => configured.has(name) || bound.has(name),
    set(name, device) {
      registered.delete(name)
      registeredGateways.delete(name)
      if (!device) return
      if (device.gateway !== null) registeredGateways.set(name, device.gateway)
      if (device.passwordHash === null) return
      const principal: Principal =
        device.kind === 'subscriber'
          ? { role: 'subscriber', name }
          : { role: 'device', name, kind: device.kind as DeviceKind }
      registered.set(name, { principal, secret: { hash: device.passwordHash } })
    },
    gatewayOf,
    isBehind: (subDevice, gateway) => gatewayOf(subDevice) === gateway,
    learn(gateway, subDevices, isConnected) {
      const changed: string[] = []
      const present = new Set(subDevices)
      for (const [id, owner] of learnt)
        if (owner === gateway && !present.has(id)) {
          learnt.delete(id)
          changed.push(id)
        }
      for (const id of present) {
        const owner = gatewayOf(id)
        if (owner === gateway || id === gateway || self.account(id) || bound.has(id) || registeredGateways.has(id))
          continue
        if (owner !== undefined && isConnected(owner)) continue
        learnt.set(id, gateway)
        changed.push(id)
      }
      return changed
    },
    async load(room) {
      for (const row of await room.db.selectFrom('device').selectAll().where('revoked_at', 'is', null).execute())
        self.set(row.id, { kind: row.kind, passwordHash: row.password_hash, gateway: row.gateway })
      for (const row of await room.db.selectFrom('sub_device').selectAll().execute()) learnt.set(row.id, row.gateway)
    },
  }
  return self
}
