// What people and the ticket system ask for: new tickets, and steps of tickets. Each command gets one answer.
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Severity } from '../contracts/alert-kinds.ts'
import type { ErrorCode } from '../contracts/errors.ts'
import type { CommandAnswered, CommandIssued } from '../contracts/events/command-issued-v1.ts'
import { Evidence } from '../contracts/evidence.ts'
import { LonLat } from '../contracts/geometry.ts'
import { Names } from '../contracts/organisation.ts'
import type { Changed, IntakeContext } from './alert-intake.ts'
import { takeStep } from './life-cycle.ts'
import { newTicket } from './new-ticket.ts'
import { loadTicket, nextCaseNumber, saveTicket, type TicketTransaction } from './ticket-store.ts'
import { type PersonAction, transitions } from './transitions.ts'

/** Arguments of `create`: a report by a person, the hotline or a pilot's footage. */
export const NewTicket = Type.Object(
  {
    category: Type.String(),
    source: Type.Enum(['person', 'hotline', 'footage'], { default: 'person' }),
    severity: Type.Optional(Severity),
    title: Type.Optional(Names),
    description: Type.Optional(Type.String({ maxLength: 4000 })),
    location: Type.Optional(LonLat),
    evidence: Type.Optional(Type.Array(Evidence, { maxItems: 16 })),
  },
  { additionalProperties: false },
)
type NewTicket = Static<typeof NewTicket>

const newTicketSchema = Compile(NewTicket)

export interface CommandResult {
  readonly changes: readonly Changed[]
  readonly answer: CommandAnswered
}

/** Carries a command out inside the transaction, or refuses it with the reason. */
export async function takeCommand(
  transaction: TicketTransaction,
  command: CommandIssued,
  context: IntakeContext,
): Promise<CommandResult> {
  if (command.action === 'create') return create(transaction, command, context)
  if (!(command.action in transitions)) {
    return refused(
      command,
      'QLY_INPUT_INVALID',
      `there is no step "${command.action}"; known: ${Object.keys(transitions).join(', ')}`,
    )
  }
  const ticket = await loadTicket(transaction, command.targetId)
  if (!ticket) return refused(command, 'QLY_NOT_FOUND', `there is no ticket ${command.targetId}`)
  const action = command.action as PersonAction
  const { by, roles, arguments: given } = command
  const result = takeStep(ticket, { action, by, roles, at: Date.parse(command.at), arguments: given }, context.rules)
  if (!result.ok) return refused(command, result.code, result.message)
  await saveTicket(transaction, result.ticket)
  return { changes: [result], answer: accepted(command, result.ticket) }
}

async function create(
  transaction: TicketTransaction,
  command: CommandIssued,
  { rules, newId }: IntakeContext,
): Promise<CommandResult> {
  const given = { source: 'person', ...command.arguments }
  if (!newTicketSchema.Check(given)) {
    const faults = newTicketSchema.Errors(given).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`)
    return refused(command, 'QLY_INPUT_INVALID', faults.join('; '))
  }
  const report = given as NewTicket
  const category = rules.category(report.category)
  if (!category) {
    const known = rules.categories.map(({ code, zh }) => `${code} ${zh}`).join(', ')
    return refused(command, 'QLY_INPUT_INVALID', `there is no category "${report.category}"; known: ${known}`)
  }
  const at = Date.parse(command.at)
  const number = await nextCaseNumber(transaction, rules.adcode, rules.day(at))
  const location = report.location ?? null
  const change = newTicket(
    {
      source: report.source,
      severity: report.severity ?? 'medium',
      title: report.title ?? { zh: category.zh, en: category.en },
      description: report.description ?? null,
      location,
      evidence: report.evidence ?? [],
      alertIds: [],
    },
    { id: newId(at), number, by: command.by, at },
    category,
    rules.grid(location),
  )
  await saveTicket(transaction, change.ticket)
  return { changes: [change], answer: accepted(command, change.ticket) }
}

const accepted = ({ commandId }: CommandIssued, result: unknown): CommandAnswered => ({
  commandId,
  accepted: true,
  result,
})

const refused = ({ commandId }: CommandIssued, code: ErrorCode, message: string): CommandResult => ({
  changes: [],
  answer: { commandId, accepted: false, code, message: message.slice(0, 1000) },
})
