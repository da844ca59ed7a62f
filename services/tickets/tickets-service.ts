// The tickets room: alerts and commands in, tickets out, all through one transactional consumer; and a watch on the limits.
import { ulid } from 'ulid'
import { createEvent } from '../contracts/cloud-event.ts'
import type { Config } from '../contracts/config/config.ts'
import { type CommandAnswered, commandAnsweredV1 } from '../contracts/events/command-issued-v1.ts'
import { ticketChangedV1 } from '../contracts/events/ticket-changed-v1.ts'
import { loadOrganisation } from '../kernel/config/load-organisation.ts'
import type { Delivery, Outgoing } from '../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { counter } from '../kernel/metrics/metrics.ts'
import {
  createTransactionalConsumer,
  type TransactionalConsumer,
} from '../kernel/transactional-consumer/transactional-consumer.ts'
import { type Changed, type IntakeContext, takeAlert } from './alert-intake.ts'
import { createDeadlineWatch, type DeadlineWatch } from './deadline-watch.ts'
import { runOut } from './life-cycle.ts'
import { takeCommand } from './ticket-commands.ts'
import { createTicketRules } from './ticket-rules.ts'
import { saveTicket, type TicketTables, type TicketTransaction, ticketMigrations, ticketsDue } from './ticket-store.ts'

export type TicketsDeps = Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger' | 'registry'>

type TicketTopics = 'qly.alert.v1' | 'qly.command.v1'

const source = '/tickets'
const watchEveryMs = 1000
const limitsATurn = 200

/** Reads the organisation at start: QLY_CONFIG_INVALID if it has faults. */
export function createTicketsService(deps: TicketsDeps, config: Config): Service {
  const { bus, database, clock, logger, registry } = deps
  const steps = counter(registry, 'qianliyan_ticket_steps_total', 'steps of tickets', ['action'])
  let consumer: TransactionalConsumer<TicketTables> | undefined
  let watch: DeadlineWatch | undefined

  async function handle(delivery: Delivery<TicketTopics>, transaction: TicketTransaction, context: IntakeContext) {
    const { event } = delivery
    if (event.type === 'cn.qianliyan.alert.changed.v1') {
      return outgoing(await takeAlert(transaction, event.data, context), event.traceparent)
    }
    const { changes, answer } = await takeCommand(transaction, event.data, context)
    return [...outgoing(changes, event.traceparent), answered(answer, clock.now())]
  }

  function outgoing(changes: readonly Changed[], traceparent?: string): Outgoing[] {
    return changes.map((change) => {
      steps.inc({ action: change.step.action })
      const origin = {
        source,
        subject: change.ticket.id,
        time: change.step.at,
        ...(traceparent ? { traceparent } : {}),
      }
      return { topic: 'qly.ticket.v1', event: createEvent(ticketChangedV1, origin, change) }
    })
  }

  async function limitsRunOut(): Promise<void> {
    await consumer?.run(async (transaction) => {
      const at = clock.now()
      const changes: Changed[] = []
      for (const ticket of await ticketsDue(transaction, at, limitsATurn)) {
        const change = runOut(ticket, at)
        if (!change) continue
        await saveTicket(transaction, change.ticket)
        changes.push(change)
      }
      return outgoing(changes)
    })
  }

  return {
    name: 'tickets',
    level: 'drain',
    async start(signal) {
      const rules = createTicketRules(loadOrganisation(config.organisation), config)
      const context: IntakeContext = { rules, config: config.tickets, newId: (at) => ulid(at) }
      const room = await database.room<TicketTables>('tickets', ticketMigrations)
      consumer = createTransactionalConsumer<TicketTables, TicketTopics>(
        { bus, room, clock, logger, registry },
        {
          name: 'tickets',
          topics: ['qly.alert.v1', 'qly.command.v1'],
          wants: ({ event }) => event.type !== 'cn.qianliyan.command.issued.v1' || event.data.target === 'ticket',
          handle: (delivery, transaction) => handle(delivery, transaction, context),
        },
      )
      await consumer.start(signal)
      watch = createDeadlineWatch(
        { clock },
        {
          everyMs: watchEveryMs,
          handle: limitsRunOut,
          failed: (error) => logger.warn({ err: error }, 'limits could not be looked at; tried again'),
        },
      )
      watch.start()
    },
    async stop() {
      await watch?.stop()
      await consumer?.stop()
    },
  }
}

function answered(answer: CommandAnswered, at: number): Outgoing {
  const origin = { source, id: `answer/${answer.commandId}`, time: at }
  return { topic: 'qly.answer.v1', event: createEvent(commandAnsweredV1, origin, answer) }
}
