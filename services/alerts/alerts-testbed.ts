// For tests: the alerts service on the embedded bus and SQLite in a directory, with everything that it publishes noted.
import { join } from 'node:path'
import { Value } from 'typebox/value'
import { createEvent } from '../contracts/cloud-event.ts'
import { Config } from '../contracts/config/config.ts'
import type { AlertChanged } from '../contracts/events/alert-changed-v1.ts'
import { type CommandAnswered, type CommandIssued, commandIssuedV1 } from '../contracts/events/command-issued-v1.ts'
import { type DeviceChanged, deviceChangedV1 } from '../contracts/events/device-changed-v1.ts'
import { type FindingChanged, findingChangedV1 } from '../contracts/events/finding-changed-v1.ts'
import type { NoticeIssued } from '../contracts/events/notice-issued-v1.ts'
import { type Ticket, ticketChangedV1 } from '../contracts/events/ticket-changed-v1.ts'
import type { FalseMark } from '../contracts/false-marks.ts'
import type { Silence } from '../contracts/silences.ts'
import type { Clock } from '../kernel/clock/clock.ts'
import type { ManualClock } from '../kernel/clock/manual-clock.ts'
import { systemClock } from '../kernel/clock/system-clock.ts'
import type { Database } from '../kernel/database/database.ts'
import { createSqliteDatabase } from '../kernel/database/sqlite/sqlite-database.ts'
import { createEmbeddedEventBus } from '../kernel/event-bus/embedded/embedded-event-bus.ts'
import type { EventBus, Outgoing } from '../kernel/event-bus/event-bus.ts'
import { silentLogger } from '../kernel/logging/logger.ts'
import { createMetrics } from '../kernel/metrics/metrics.ts'
import { inboxOutboxMigrations } from '../kernel/transactional-consumer/transactional-consumer.ts'
import { createAlertsService } from './alerts-service.ts'
import { iso } from './life-cycle/alert-record.ts'
import { findingOf } from './life-cycle/story.ts'
import { type AlertTables, alertMigrations } from './store/alert-tables.ts'

export interface TestbedOptions {
  readonly clock?: Clock
  readonly config?: object
  /** own engines instead of embedded ones in the directory; the caller stops them */
  readonly bus?: EventBus
  readonly database?: Database
}

export type Testbed = Awaited<ReturnType<typeof openTestbed>>

let numbers = 0
/** Unique over processes too: a killed test process must not repeat the ids of the one before. */
const nextId = () => `${process.pid}-${numbers++}`

export const findingEvent = (data: FindingChanged, id = nextId()): Outgoing => ({
  topic: 'qly.detection.v1',
  event: createEvent(findingChangedV1, { source: '/vision/test', id, time: data.at }, data),
})

export async function openTestbed(directory: string, options: TestbedOptions = {}) {
  const clock = options.clock ?? systemClock
  const deps = { clock, logger: silentLogger, registry: createMetrics() }
  const bus =
    options.bus ?? createEmbeddedEventBus(deps, { directory: join(directory, 'bus'), retentionCheckSeconds: 3600 })
  const database = options.database ?? createSqliteDatabase(deps, { directory: join(directory, 'db') })
  if (!options.bus) await bus.start()
  if (!options.database) await database.start()
  const config = Value.Default(Config, { cameras: [], ...options.config }) as Config
  const service = createAlertsService({ ...deps, bus, database }, config)
  const steps: AlertChanged[] = []
  const notices: NoticeIssued[] = []
  const answers: CommandAnswered[] = []
  const silences: Silence[] = []
  const falseMarks: FalseMark[] = []
  const seen = new Set<string>()
  const tail = await bus.tail(
    { topics: ['qly.alert.v1', 'qly.notice.v1', 'qly.answer.v1'], from: 'earliest' },
    ({ event }) => {
      if (seen.has(event.id)) return
      seen.add(event.id)
      if (event.type === 'cn.qianliyan.alert.changed.v1') steps.push(event.data)
      else if (event.type === 'cn.qianliyan.notice.issued.v1') notices.push(event.data)
      else if (event.type === 'cn.qianliyan.command.answered.v1') answers.push(event.data)
      else if (event.type === 'cn.qianliyan.falsemark.changed.v1') falseMarks.push(event.data.mark)
      else silences.push(event.data.silence)
    },
  )
  await service.start(new AbortController().signal)
  const room = await database.room<AlertTables>('alerts', { ...inboxOutboxMigrations, ...alertMigrations })

  return {
    bus,
    room,
    clock,
    service,
    registry: deps.registry,
    steps,
    notices,
    answers,
    silences,
    falseMarks,
    /** rows of alerts that are open or acknowledged */
    openAlerts: async () =>
      (await room.db.selectFrom('alert').select('id').where('open_key', 'is not', null).execute()).length,
    actions: () => steps.map(({ step }) => step.action),
    async finding(more: Partial<FindingChanged> = {}): Promise<void> {
      const at = iso(clock.now())
      await bus.publish([findingEvent(findingOf(more.kind, { at, since: at, ...more }))])
    },
    async device(deviceId: string, status: NonNullable<DeviceChanged['status']>, more: Partial<DeviceChanged> = {}) {
      const data: DeviceChanged = { deviceId, kind: 'cctv', at: iso(clock.now()), status, ...more }
      const event = createEvent(deviceChangedV1, { source: `/media/${deviceId}`, id: nextId(), time: data.at }, data)
      await bus.publish([{ topic: 'qly.device.v1', event }])
    },
    async ticketed(ticket: Partial<Ticket>, action: 'created' | 'alert_folded' = 'created') {
      const at = iso(clock.now())
      const data = {
        ticket: { ...ticketChangedV1.example.ticket, ...ticket },
        step: { action, by: 'system:tickets', at, from: null, to: 'accepted' as const },
      }
      const event = createEvent(ticketChangedV1, { source: '/tickets', id: nextId(), time: at }, data)
      await bus.publish([{ topic: 'qly.ticket.v1', event }])
    },
    /** Issues a command and waits for its answer. */
    async command(
      target: CommandIssued['target'],
      targetId: string,
      action: string,
      given: Record<string, unknown> = {},
    ): Promise<CommandAnswered> {
      const commandId = `command-${nextId()}`
      const data: CommandIssued = {
        commandId,
        target,
        targetId: targetId || commandId,
        action,
        by: 'operator-li',
        roles: ['operator'],
        at: iso(clock.now()),
        arguments: given,
      }
      await bus.publish([
        {
          topic: 'qly.command.v1',
          event: createEvent(commandIssuedV1, { source: '/api', id: commandId, time: data.at }, data),
        },
      ])
      return until(() => answers.find((answer) => answer.commandId === commandId))
    },
    /** Everything published on the bus so far has been handled, and its effects are published and seen. */
    async settled(): Promise<void> {
      await until(async () => (await lag()) === 0 || undefined)
      await until(async () => (await tail.lag()) === 0 || undefined)
    },
    async stop(): Promise<void> {
      await service.stop()
      await tail.stop()
      if (!options.bus) await bus.stop()
      if (!options.database) await database.stop()
    },
  }

  /** Offsets are committed after the effects are published, so no lag means that everything is done. */
  async function lag(): Promise<number> {
    const metric = await deps.registry.getSingleMetric('qianliyan_bus_consumer_lag')?.get()
    const ours = metric?.values.filter(({ labels }) => labels.group === 'alerts') ?? []
    return ours.reduce((sum, { value }) => sum + value, 0)
  }
}

/** Polls on the real clock until there is something; fails after 10 s. */
export async function until<Value>(look: () => Value | undefined | Promise<Value | undefined>): Promise<Value> {
  const end = performance.now() + 10_000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== (false as Value)) return found
    if (performance.now() > end) throw new RangeError(`waited 10 s in vain for ${look}`)
    await systemClock.sleep(2)
  }
}

/** Moves a manual clock on, step by step, until there is something. */
export function advanceUntil<Value>(clock: ManualClock, stepMs: number, look: () => Value | undefined): Promise<Value> {
  return until(async () => {
    await clock.advance(stepMs)
    return look()
  })
}
