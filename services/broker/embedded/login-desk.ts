// CONNECT at our broker: who is it, may it, under which client id; and who is here now.
import type { Aedes, AuthenticateError, Client, ConnectPacket } from 'aedes'
import type { DeviceMessageSink } from '../../contracts/device-messages.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import type { Authenticator } from '../access/authenticator.ts'
import type { DeviceRegistry } from '../access/device-registry.ts'
import { mayPublish, type Principal } from '../access/topic-access.ts'
import type { BrokerMetrics } from '../broker-metrics.ts'
import { createDeliveryLane } from './delivery-lane.ts'
import type { DeviceConnection } from './device-connection.ts'
import type { Session } from './device-intake.ts'
import { reasons } from './mqtt5-translator.ts'
import type { PresenceTracker } from './presence-tracker.ts'

export interface LoginDesk {
  open(aedes: Aedes): void
  preConnect(client: Client, packet: ConnectPacket, done: (error: Error | null, successful: boolean) => void): void
  authenticate(
    client: Client,
    name: string | undefined,
    password: Buffer | undefined,
    done: (error: AuthenticateError | null, successful: boolean | null) => void,
  ): void
  byClient(client: Client): Session | undefined
  byConnection(connection: DeviceConnection): readonly [clientId: string, session: Session] | undefined
  connectionOf(clientId: string): DeviceConnection | undefined
  disconnect(name: string, why: string): void
  isConnected(name: string): boolean
  readonly hasSubscribers: boolean
}

export interface LoginDeskDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: BrokerMetrics
  readonly sink: DeviceMessageSink
  readonly presence: PresenceTracker
  readonly registry: DeviceRegistry
  readonly authenticator: Authenticator
  /** Drops what is kept for a client id. */
  readonly forgetSession: (clientId: string) => void
}

/** MQTT 3.1.1 return codes (§3.2.2.3) */
const codes = { identifierRejected: 2, serverUnavailable: 3, badUserNameOrPassword: 4, notAuthorized: 5 }
/** sessions that one name may keep while it is away */
const keptSessionsEach = 16
const takeOverMs = 1000

export function createLoginDesk(
  deps: LoginDeskDeps,
  options: { readonly maximumClients: number; readonly durableWithinMs: number },
): LoginDesk {
  const { clock, logger, metrics, presence, registry } = deps
  const sessions = new Map<Client, Session>()
  const asked = new WeakMap<Client, ConnectPacket>()
  /** client id → who it belongs to, as long as it is connected or its session is kept */
  const owners = new Map<string, { principal: Principal; kept: boolean }>()
  let aedes: Aedes | undefined
  let subscribers = 0

  const count = () => {
    subscribers = [...owners.values()].filter(({ principal }) => principal.role === 'subscriber').length
  }

  /** What stands against this client though its password is right: return code, MQTT 5 reason, text. */
  const objection = (
    client: Client,
    principal: Principal,
  ): readonly [number, number | undefined, string] | undefined => {
    const takesOver = clientsOf(aedes)[client.id] !== undefined
    if (sessions.size >= options.maximumClients && !takesOver)
      return [codes.serverUnavailable, reasons.quotaExceeded, 'there are as many clients as mqtt.maximumClients allows']
    const owner = owners.get(client.id)
    if (owner && owner.principal.name !== principal.name)
      return [codes.identifierRejected, undefined, 'the client id belongs to another device']
    if (!client.clean && keptSessions(principal.name, client.id) >= keptSessionsEach)
      return [codes.serverUnavailable, reasons.quotaExceeded, `one name keeps at most ${keptSessionsEach} sessions`]
    const will = asked.get(client)?.will
    if (will && !mayPublish(principal, will.topic, registry.isBehind))
      return [
        codes.notAuthorized,
        undefined,
        `its last will goes to a topic that is not its own: ${will.topic.slice(0, 200)}`,
      ]
    return undefined
  }

  const keptSessions = (name: string, except: string): number => {
    let kept = 0
    for (const [id, owner] of owners) if (id !== except && owner.kept && owner.principal.name === name) kept++
    return kept
  }

  const welcome = (client: Client, principal: Principal, connection: DeviceConnection) => {
    const lane = createDeliveryLane({ sink: deps.sink, clock }, options)
    sessions.set(client, { principal, connection, lane })
    owners.set(client.id, { principal, kept: !client.clean })
    if (principal.role === 'subscriber') count()
    connection.principal = principal.name
    connection.once('close', () => {
      lane.close()
      if (principal.role === 'device')
        presence.disconnected(principal.name, connection, connection.endReason ?? 'disconnected')
      logger.info({ client: principal.name, reason: connection.endReason }, 'disconnected')
      // aedes may still ask about the last will of this client
      setImmediate(() => {
        sessions.delete(client)
        const others = [...sessions.keys()].some((each) => each.id === client.id)
        if (client.clean && !others) owners.delete(client.id)
        if (principal.role === 'subscriber') count()
      })
    })
    if (principal.role === 'device') presence.connected(principal.name, principal.kind, connection)
    connection.watchKeepalive(asked.get(client)?.keepalive ?? 0)
  }

  /**
   * Ends the connection that has this client id now, and waits until aedes has forgotten it: its end would otherwise take the new client
   * off aedes' list.
   */
  const takeOver = async (client: Client): Promise<void> => {
    const clients = clientsOf(aedes)
    const before = clients[client.id]
    if (!before || before === client) return
    ;(before.conn as DeviceConnection).farewell('taken over by a new connection', reasons.takenOver)
    before.close()
    const deadline = clock.monotonic() + takeOverMs
    while (clients[client.id] === before && clock.monotonic() < deadline)
      await new Promise((resolve) => setImmediate(resolve))
  }

  return {
    open: (broker) => {
      aedes = broker
    },
    preConnect(client, packet, done) {
      asked.set(client, { ...packet })
      // the keepalive is ours to watch (device-connection.ts): aedes would count the time in which we do not read as silence
      packet.keepalive = 0
      done(null, true)
    },
    authenticate(client, name, password, done) {
      const connection = client.conn as DeviceConnection
      const address = connection.remoteAddress
      const refuse = (returnCode: number, reason: number | undefined, outcome: string, text: string) => {
        metrics.logins.inc({ outcome })
        logger.warn({ name: name?.slice(0, 64), address, reason: text }, 'log-in refused')
        if (reason !== undefined) connection.refuseWith(reason)
        connection.endReason = text
        done(Object.assign(new Error(text), { returnCode }) as AuthenticateError, false)
      }
      deps.authenticator.login(name, password, address).then(
        async (login) => {
          if (connection.destroyed) return
          if (login.outcome === 'rate_limited')
            return refuse(
              codes.serverUnavailable,
              reasons.connectionRateExceeded,
              'rate_limited',
              'too many failed log-ins from this address',
            )
          if (login.outcome === 'refused')
            return name === undefined
              ? refuse(codes.notAuthorized, undefined, 'anonymous', 'no user name')
              : refuse(codes.badUserNameOrPassword, undefined, 'refused', 'wrong name or password')
          const against = objection(client, login.principal)
          if (against) return refuse(against[0], against[1], 'refused', against[2])
          metrics.logins.inc({ outcome: 'welcome' })
          welcome(client, login.principal, connection)
          await takeOver(client)
          logger.info(
            { client: login.principal.name, address, version: connection.version5 ? 5 : client.version },
            'connected',
          )
          done(null, true)
        },
        (error: Error) => refuse(codes.serverUnavailable, undefined, 'failed', error.message),
      )
    },
    byClient: (client) => sessions.get(client),
    byConnection(connection) {
      for (const [client, session] of sessions) if (session.connection === connection) return [client.id, session]
      return undefined
    },
    connectionOf(clientId) {
      for (const [client, session] of sessions) if (client.id === clientId) return session.connection
      return undefined
    },
    disconnect(name, why) {
      for (const { principal, connection } of sessions.values())
        if (principal.name === name) connection.disconnect(why, reasons.notAuthorized)
      for (const [id, owner] of owners) {
        if (owner.principal.name !== name) continue
        owners.delete(id)
        deps.forgetSession(id)
      }
      count()
    },
    isConnected: (name) => [...sessions.values()].some(({ principal }) => principal.name === name),
    get hasSubscribers() {
      return subscribers > 0
    },
  }
}

/** aedes' own list of clients by id, which its types do not show. */
function clientsOf(aedes: Aedes | undefined): Readonly<Record<string, Client | undefined>> {
  return aedes ? (aedes as unknown as { clients: Record<string, Client> }).clients : {}
}
