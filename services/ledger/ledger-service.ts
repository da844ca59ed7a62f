// The ledger room: sightings and commands in, entries and findings out, all through one transactional consumer; and a look at what nobody sees.
import { ulid } from 'ulid'
import { createEvent } from '../contracts/cloud-event.ts'
import type { Config } from '../contracts/config/config.ts'
import type { ErrorCode } from '../contracts/errors.ts'
import { type CommandIssued, commandAnsweredV1 } from '../contracts/events/command-issued-v1.ts'
import type { VehicleSighted } from '../contracts/events/vehicle-sighted-v1.ts'
import type { Delivery, Outgoing } from '../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import {
  createTransactionalConsumer,
  type TransactionalConsumer,
} from '../kernel/transactional-consumer/transactional-consumer.ts'
import { type Decision, enter, passTime, see, takeStep } from './decide.ts'
import { isOpen, type LedgerRecord } from './entry.ts'
import { entryEvents, findingEvent } from './ledger-events.ts'
import {
  findRecord,
  type LedgerTables,
  type LedgerTransaction,
  ledgerMigrations,
  openRecords,
  saveRecord,
} from './ledger-store.ts'
import { matchSighting } from './match.ts'

export type LedgerDeps = Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger' | 'registry'>
type Topic = 'qly.detection.v1' | 'qly.command.v1'

export function createLedgerService(deps: LedgerDeps, config: Config): Service {
  const { bus, database, clock, logger, registry } = deps
  const rules = config.ledger
  const localDay = new Intl.DateTimeFormat('sv-SE', { timeZone: config.timezone, dateStyle: 'short' })
  let consumer: TransactionalConsumer<LedgerTables> | undefined
  let stopLooking: (() => void) | undefined
  let looking: Promise<void> = Promise.resolve()

  const keep = async (
    db: LedgerTransaction,
    before: LedgerRecord | undefined,
    decided: Decision,
  ): Promise<Outgoing[]> => {
    if (decided.steps.length === 0 && before?.entry.sightings === decided.record.entry.sightings) {
      await saveRecord(db, decided.record, clock.now())
      return []
    }
    const finding = findingEvent(before, decided.record)
    await saveRecord(db, finding ? { ...decided.record, news: decided.record.news + 1 } : decided.record, clock.now())
    return [...entryEvents(decided.record, decided.steps), ...(finding ? [finding] : [])]
  }

  const takeSighting = async (db: LedgerTransaction, sighting: VehicleSighted): Promise<Outgoing[]> => {
    const day = localDay.format(Date.parse(sighting.at))
    const known = matchSighting(await openRecords(db), sighting, rules)
    const outgoing: Outgoing[] = []
    if (known) {
      const decided = see(known, sighting, day, rules)
      outgoing.push(...(await keep(db, known, decided)))
      if (isOpen(decided.record.entry.state)) return outgoing
    }
    const entered = enter(ulid(clock.now()), sighting, day, rules)
    return entered ? [...outgoing, ...(await keep(db, undefined, entered))] : outgoing
  }

  const takeCommand = async (db: LedgerTransaction, command: CommandIssued): Promise<Outgoing[]> => {
    const refuse = (code: ErrorCode, message: string) => [answered(command, { accepted: false, code, message })]
    const known = await findRecord(db, command.targetId)
    if (!known) return refuse('QLY_NOT_FOUND', `there is no vehicle ${command.targetId} in the ledger`)
    const { comment } = command.arguments
    const asked = { action: command.action, by: command.by, at: command.at }
    const decided = takeStep(known, typeof comment === 'string' ? { ...asked, comment } : asked, rules)
    if ('refusal' in decided) return refuse('QLY_TRANSITION_REFUSED', decided.refusal)
    return [...(await keep(db, known, decided)), answered(command, { accepted: true, result: decided.record.entry })]
  }

  const lookAtUnseen = async () => {
    await consumer?.run(async (db) => {
      const outgoing: Outgoing[] = []
      for (const record of await openRecords(db)) {
        const decided = passTime(record, clock.now(), rules)
        if (decided.steps.length > 0) outgoing.push(...(await keep(db, record, decided)))
      }
      return outgoing
    })
  }
  const lookLater = () => {
    stopLooking = clock.after(1000 * rules.lookEverySeconds, () => {
      looking = lookAtUnseen()
        .catch((error: unknown) => logger.warn({ err: error }, 'the ledger could not be looked through; tried again'))
        .finally(lookLater)
    })
  }

  return {
    name: 'ledger',
    level: 'drain',
    async start(signal) {
      const room = await database.room<LedgerTables>('ledger', ledgerMigrations)
      consumer = createTransactionalConsumer<LedgerTables, Topic>(
        { bus, room, clock, logger, registry },
        {
          name: 'ledger',
          topics: ['qly.detection.v1', 'qly.command.v1'],
          wants: ({ event }) =>
            event.type === 'cn.qianliyan.vehicle.sighted.v1' ||
            (event.type === 'cn.qianliyan.command.issued.v1' && event.data.target === 'ledger'),
          handle: async ({ event }: Delivery<Topic>, db) => {
            if (event.type === 'cn.qianliyan.vehicle.sighted.v1') return takeSighting(db, event.data)
            return event.type === 'cn.qianliyan.command.issued.v1' ? takeCommand(db, event.data) : []
          },
        },
      )
      await consumer.start(signal)
      lookLater()
    },
    async stop() {
      stopLooking?.()
      await looking
      stopLooking?.()
      await consumer?.stop()
    },
  }

  function answered(command: CommandIssued, answer: Record<string, unknown> & { accepted: boolean }): Outgoing {
    const origin = { source: '/ledger', id: `answer/${command.commandId}`, time: clock.now() }
    const data = { commandId: command.commandId, ...answer }
    return { topic: 'qly.answer.v1', event: createEvent(commandAnsweredV1, origin, data) }
  }
}
