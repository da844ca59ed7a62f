// Commands for devices on qly.command.v1: register and revoke. At-least-once: a command that comes again has the same effect and the same answer,
// so the password that we make is derived from the command's id.
import { createHmac, randomBytes } from 'node:crypto'
import type { Transaction } from 'kysely'
import { createEvent } from '../../contracts/cloud-event.ts'
import { AppError, type ErrorCode } from '../../contracts/errors.ts'
import { type CommandIssued, commandAnsweredV1 } from '../../contracts/events/command-issued-v1.ts'
import { deviceChangedV1 } from '../../contracts/events/device-changed-v1.ts'
import { type DeviceKind, deviceKinds } from '../../contracts/events/reading-recorded-v1.ts'
import type { LonLat } from '../../contracts/geometry.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { fromJson, type RoomDatabase, toJson } from '../../kernel/database/database.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { Sealing } from '../../kernel/secrets/sealing.ts'
import type { BrokerTables } from './broker-tables.ts'
import type { DeviceRegistry } from './device-registry.ts'
import { sealDigest } from './digest-secrets.ts'
import { hashPassword, isPasswordHash } from './password-hash.ts'

export interface DeviceCommands {
  /** Carries out a command; answers with what is to be published. Rejects only where trying again helps. */
  handle(command: CommandIssued): Promise<readonly Outgoing[]>
}

export interface DeviceCommandDeps {
  readonly room: RoomDatabase<BrokerTables>
  readonly registry: DeviceRegistry
  readonly clock: Clock
  /** the device may not stay connected: its credential is gone or another one */
  readonly disconnect: (name: string) => void
  /** keeps what RTSP's digest needs of a password that we make; absent: such devices log in to RTSP by Basic only */
  readonly sealing?: Sealing | undefined
}

const source = '/broker'
const kinds: readonly string[] = [...deviceKinds, 'subscriber']

export async function createDeviceCommands(deps: DeviceCommandDeps): Promise<DeviceCommands> {
  const { room, registry, clock } = deps
  const secret = await ownSecret(room)

  const register = async (command: CommandIssued): Promise<readonly Outgoing[]> => {
    const { targetId: id, commandId } = command
    const wanted = readRegistration(command)
    if (registry.isConfigured(id))
      throw new AppError('QLY_CONFLICT', `"${id}" is in the configuration; change it there`)
    const made =
      wanted.passwordHash === null && wanted.gateway === null
        ? createHmac('sha256', secret).update(commandId).digest('base64url').slice(0, 32)
        : undefined
    const passwordHash = made === undefined ? wanted.passwordHash : await hashPassword(made, { generated: true })
    const registeredAt = clock.now()
    await room.transaction(async (transaction) => {
      const before = await find(transaction, id)
      if (before?.registered_with === commandId && before.revoked_at === null) return
      if (before && before.revoked_at === null && !wanted.replace)
        throw new AppError('QLY_CONFLICT', `"${id}" is registered already; say "replace" to give it a new credential`)
      const row = {
        kind: wanted.kind,
        name: wanted.name,
        password_hash: passwordHash,
        digest: made === undefined || !deps.sealing ? null : sealDigest(deps.sealing, id, made),
        gateway: wanted.gateway,
        location: wanted.location ? toJson(wanted.location) : null,
        registered_at: registeredAt,
        registered_by: command.by,
        registered_with: commandId,
        revoked_at: null,
        revoked_with: null,
      }
      await transaction
        .insertInto('device')
        .values({ id, ...row })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    })
    registry.set(id, { kind: wanted.kind, passwordHash, gateway: wanted.gateway })
    deps.disconnect(id)
    const result = { deviceId: id, kind: wanted.kind, ...(made === undefined ? {} : { password: made }) }
    return [answer(command, { accepted: true, result }), ...changed(command, wanted)]
  }

  const revoke = async (command: CommandIssued): Promise<readonly Outgoing[]> => {
    const { targetId: id, commandId } = command
    if (registry.isConfigured(id))
      throw new AppError('QLY_CONFLICT', `"${id}" is in the configuration; change it there`)
    const revoked = await room.transaction(async (transaction) => {
      const before = await find(transaction, id)
      if (!before || (before.revoked_at !== null && before.revoked_with !== commandId))
        throw new AppError('QLY_DEVICE_UNKNOWN', `no device "${id}" is registered`)
      await transaction
        .updateTable('device')
        .set({ revoked_at: before.revoked_at ?? clock.now(), revoked_with: commandId })
        .where('id', '=', id)
        .execute()
      return before
    })
    registry.set(id, undefined)
    deps.disconnect(id)
    const gone = {
      kind: revoked.kind,
      name: null,
      gateway: null,
      location: fromJson<LonLat | null>(revoked.location ?? 'null'),
    }
    return [answer(command, { accepted: true, result: { deviceId: id } }), ...changed(command, gone)]
  }

  return {
    async handle(command) {
      try {
        if (!command.roles.includes('admin'))
          throw new AppError('QLY_FORBIDDEN', 'only an administrator registers devices')
        if (command.action === 'register') return await register(command)
        if (command.action === 'revoke') return await revoke(command)
        throw new AppError('QLY_INPUT_INVALID', `devices know register and revoke, not "${command.action}"`)
      } catch (error) {
        if (!(error instanceof AppError) || error.retryable) throw error
        return [answer(command, { accepted: false, code: error.code, message: error.message })]
      }
    },
  }
}

interface Registration {
  readonly kind: string
  readonly name: string | null
  readonly gateway: string | null
  readonly location: LonLat | null
  readonly passwordHash: string | null
  readonly replace: boolean
}

function readRegistration(command: CommandIssued): Registration {
  const { kind, name, gateway, location, passwordHash, replace } = command.arguments
  const invalid = (message: string) => new AppError('QLY_INPUT_INVALID', message)
  const identifier = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
  if (!identifier.test(command.targetId)) throw invalid('a device id has letters, digits, . _ - (at most 64)')
  if (typeof kind !== 'string' || !kinds.includes(kind)) throw invalid(`"kind" must be one of ${kinds.join(', ')}`)
  if (name !== undefined && (typeof name !== 'string' || name.length > 128))
    throw invalid('"name" is a text of at most 128 characters')
  if (gateway !== undefined && (typeof gateway !== 'string' || !identifier.test(gateway)))
    throw invalid('"gateway" is a device id')
  if (location !== undefined && !isLonLat(location)) throw invalid('"location" is [longitude, latitude] in degrees')
  if (command.arguments.password !== undefined)
    throw invalid(
      'commands are kept on the bus: give "passwordHash" (services/broker/access/password-hash.ts), or nothing to be given a password',
    )
  if (passwordHash !== undefined && (typeof passwordHash !== 'string' || !isPasswordHash(passwordHash)))
    throw invalid('"passwordHash" must be scrypt:N:r:p:salt:hash')
  return {
    kind,
    name: name ?? null,
    gateway: gateway ?? null,
    location: location ?? null,
    passwordHash: passwordHash ?? null,
    replace: replace === true,
  }
}

function isLonLat(value: unknown): value is LonLat {
  if (!Array.isArray(value) || value.length !== 2) return false
  const [longitude, latitude] = value as [unknown, unknown]
  return (
    typeof longitude === 'number' &&
    typeof latitude === 'number' &&
    Math.abs(longitude) <= 180 &&
    Math.abs(latitude) <= 90
  )
}

function answer(
  command: CommandIssued,
  data: { accepted: boolean; code?: ErrorCode; message?: string; result?: unknown },
): Outgoing {
  const { commandId } = command
  return {
    topic: 'qly.answer.v1',
    event: createEvent(commandAnsweredV1, { source, id: commandId, time: command.at }, { commandId, ...data }),
  }
}

/** The twin of a device that was registered, or revoked; a subscriber has none. */
function changed(command: CommandIssued, device: Omit<Registration, 'passwordHash' | 'replace'>): readonly Outgoing[] {
  if (device.kind === 'subscriber') return []
  const event = createEvent(
    deviceChangedV1,
    { source, id: `device:${command.commandId}`, time: command.at },
    {
      deviceId: command.targetId,
      kind: device.kind as DeviceKind,
      at: command.at,
      status: 'offline',
      reason: command.action === 'register' ? 'registered' : 'revoked',
      ...(device.location ? { location: device.location } : {}),
      ...(device.gateway === null ? {} : { gatewayId: device.gateway }),
      ...(device.name === null ? {} : { patch: { name: device.name } }),
    },
  )
  return [{ topic: 'qly.device.v1', event }]
}

function find(transaction: Transaction<BrokerTables>, id: string) {
  return transaction.selectFrom('device').selectAll().where('id', '=', id).executeTakeFirst()
}

/** Made once and kept: what passwords are derived from. */
async function ownSecret(room: RoomDatabase<BrokerTables>): Promise<Buffer> {
  const value = await room.transaction(async (transaction) => {
    const fresh = { name: 'device-passwords', value: randomBytes(32).toString('base64url') }
    await transaction
      .insertInto('secret')
      .values(fresh)
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute()
    const kept = await transaction
      .selectFrom('secret')
      .select('value')
      .where('name', '=', fresh.name)
      .executeTakeFirst()
    return kept?.value ?? fresh.value
  })
  return Buffer.from(value, 'base64url')
}
