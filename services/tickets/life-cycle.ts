// The life of a ticket, as pure functions: a ticket and a step in, the ticket after the step out, or the reason why not.
import { type Static, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Timestamp } from '../contracts/cloud-event.ts'
import type { ErrorCode } from '../contracts/errors.ts'
import type { Ticket, TicketStep } from '../contracts/events/ticket-changed-v1.ts'
import { Evidence } from '../contracts/evidence.ts'
import { isOpen, type PersonAction, transitions } from './transitions.ts'

/** What a person gives with a step; which of it is needed stands in transitions.ts. */
export const StepArguments = Type.Object({
  comment: Type.Optional(Type.String({ minLength: 1, maxLength: 2000 })),
  department: Type.Optional(Type.String({ minLength: 1, maxLength: 64 })),
  assignee: Type.Optional(Type.String({ maxLength: 128 })),
  proof: Type.Optional(Type.Array(Evidence, { maxItems: 16 })),
  /** extend: the new time; feedback: the name of the one limit that is met, where a case has several */
  deadline: Type.Optional(Type.Object({ name: Type.String(), at: Type.Optional(Timestamp) })),
  /** check_pass: closed though the trouble remains */
  unfixed: Type.Optional(Type.Boolean()),
})
export type StepArguments = Static<typeof StepArguments>

const argumentsSchema = Compile(StepArguments)

export interface StepRequest {
  readonly action: PersonAction
  readonly by: string
  /** roles of the person; `system` may do everything */
  readonly roles: readonly string[]
  /** ms since the epoch */
  readonly at: number
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface LifeCycleRules {
  /** limits of the ticket's category, from this moment on */
  deadlinesFrom(ticket: Ticket, at: number): Ticket['deadlines']
  readonly departments: ReadonlySet<string>
}

export type StepResult =
  | { readonly ok: true; readonly ticket: Ticket; readonly step: TicketStep }
  | { readonly ok: false; readonly code: ErrorCode; readonly message: string }

const refuse = (code: ErrorCode, message: string): StepResult => ({ ok: false, code, message })

/** Takes one step, or says why it is refused. */
export function takeStep(ticket: Ticket, request: StepRequest, rules: LifeCycleRules): StepResult {
  const transition = transitions[request.action]
  if (!transition) return refuse('QLY_INPUT_INVALID', `there is no step "${request.action}"; known: ${known}`)
  if (!request.roles.includes('system') && !transition.roles.some((role) => request.roles.includes(role))) {
    return refuse('QLY_FORBIDDEN', `${request.action} is for ${transition.roles.join(', ')}`)
  }
  const to = transition.to[ticket.stage]
  if (to === undefined) {
    const from = Object.keys(transition.to).join(', ')
    return refuse(
      'QLY_TRANSITION_REFUSED',
      `${request.action} is possible from ${from}; this ticket is ${ticket.stage}`,
    )
  }
  if (ticket.suspended && !transition.whileSuspended) {
    return refuse('QLY_TRANSITION_REFUSED', `the ticket is suspended 挂账; resume it before ${request.action}`)
  }
  if (request.action === 'resume' && !ticket.suspended) {
    return refuse('QLY_TRANSITION_REFUSED', 'the ticket is not suspended')
  }
  if (!argumentsSchema.Check(request.arguments)) {
    const faults = argumentsSchema
      .Errors(request.arguments)
      .map(({ instancePath, message }) => `${instancePath} ${message}`)
    return refuse('QLY_INPUT_INVALID', `${request.action}: ${faults.join('; ')}`)
  }
  const fault = missing(ticket, request, request.arguments, rules)
  if (fault) return refuse('QLY_INPUT_INVALID', `${request.action}: ${fault}`)

  const changed = effects[request.action]({ ...ticket, stage: to }, request, request.arguments, rules)
  const at = new Date(request.at).toISOString()
  const { comment } = request.arguments
  const step: TicketStep = {
    action: request.action,
    by: request.by,
    at,
    from: ticket.stage,
    to: changed.stage,
    ...(comment === undefined ? {} : { comment }),
  }
  return { ok: true, ticket: { ...changed, updatedAt: at }, step }
}

const known = Object.keys(transitions).join(', ')

function missing(
  ticket: Ticket,
  request: StepRequest,
  given: StepArguments,
  rules: LifeCycleRules,
): string | undefined {
  const { needs } = transitions[request.action]
  if (needs.includes('comment') && given.comment === undefined) return 'say why in "comment"'
  if (needs.includes('proof') && (given.proof ?? []).length === 0)
    return 'a photo of the work done is needed in "proof"'
  if (needs.includes('department') && given.department === undefined && ticket.department === null) {
    return 'name the "department"'
  }
  if (given.department !== undefined && !rules.departments.has(given.department)) {
    return `there is no department "${given.department}"; known: ${[...rules.departments].join(', ')}`
  }
  if (needs.includes('deadline')) {
    if (given.deadline?.at === undefined) return 'give "deadline": { "name", "at" }'
    if (Date.parse(given.deadline.at) <= request.at) return 'the new deadline must lie ahead'
  }
  if (given.deadline && !ticket.deadlines.some(({ name }) => name === given.deadline?.name)) {
    return `there is no deadline "${given.deadline.name}"; known: ${ticket.deadlines.map(({ name }) => name).join(', ')}`
  }
  return undefined
}

type Effect = (ticket: Ticket, request: StepRequest, given: StepArguments, rules: LifeCycleRules) => Ticket

const unchanged: Effect = (ticket) => ticket

/** What a step does besides moving the stage. */
const effects: Readonly<Record<PersonAction, Effect>> = {
  file: (ticket, { at }, _given, rules) => ({ ...ticket, deadlines: rules.deadlinesFrom(ticket, at) }),
  dispatch: (ticket, _request, { department, assignee }) => ({
    ...ticket,
    department: department ?? ticket.department,
    assignee: assignee ?? null,
  }),
  receive: (ticket, { by }) => ({ ...ticket, assignee: ticket.assignee ?? by }),
  feedback: (ticket, { at }, { proof = [], deadline }) => {
    const deadlines = ticket.deadlines.map((limit) =>
      limit.met === null && (deadline === undefined || limit.name === deadline.name)
        ? { ...limit, met: at <= Date.parse(limit.at) }
        : limit,
    )
    const more = deadline !== undefined && deadlines.some(({ met }) => met === null)
    return { ...ticket, stage: more ? 'handling' : ticket.stage, deadlines, proof: [...ticket.proof, ...proof] }
  },
  check_pass: (ticket, { at }, { unfixed = false }) => ({
    ...ticket,
    closedAt: new Date(at).toISOString(),
    closedUnfixed: unfixed,
  }),
  return: (ticket) => ({
    ...ticket,
    returns: ticket.returns + 1,
    assignee: ticket.stage === 'filed' ? null : ticket.assignee,
    deadlines: ticket.deadlines.map((limit) => (limit.met === true ? { ...limit, met: null } : limit)),
  }),
  extend: (ticket, _request, { deadline }) => {
    const deadlines = ticket.deadlines.map((limit) =>
      limit.name === deadline?.name ? { ...limit, at: deadline.at ?? limit.at, met: null } : limit,
    )
    return { ...ticket, deadlines, overdue: deadlines.some(({ met }) => met === false) }
  },
  suspend: (ticket, { at }) => ({ ...ticket, suspended: true, suspendedAt: new Date(at).toISOString() }),
  resume: (ticket, { at }) => {
    const stood = ticket.suspendedAt === null ? 0 : at - Date.parse(ticket.suspendedAt)
    const deadlines = ticket.deadlines.map((limit) =>
      limit.met === null ? { ...limit, at: new Date(Date.parse(limit.at) + stood).toISOString() } : limit,
    )
    return { ...ticket, suspended: false, suspendedAt: null, deadlines }
  },
  void: (ticket, { at }) => ({ ...ticket, suspended: false, suspendedAt: null, closedAt: new Date(at).toISOString() }),
  supervise: (ticket) => ({ ...ticket, supervised: true }),
  reopen: (ticket, { at }, _given, rules) => ({
    ...ticket,
    closedAt: null,
    closedUnfixed: false,
    overdue: false,
    returns: ticket.returns + 1,
    deadlines: rules.deadlinesFrom(ticket, at),
  }),
  comment: unchanged,
}

/** A limit ran out: the system's own step. Undefined if it does not matter any more (met, moved, suspended, closed). */
export function runOut(ticket: Ticket, at: number): { ticket: Ticket; step: TicketStep } | undefined {
  const late = dueLimits(ticket).filter((limit) => Date.parse(limit.at) <= at)
  if (late.length === 0) return undefined
  const time = new Date(at).toISOString()
  const deadlines = ticket.deadlines.map((limit) => (late.includes(limit) ? { ...limit, met: false } : limit))
  const comment = late.map(({ name }) => name).join(', ')
  return {
    ticket: { ...ticket, deadlines, overdue: true, updatedAt: time },
    step: { action: 'overdue', by: 'system:tickets', at: time, from: ticket.stage, to: ticket.stage, comment },
  }
}

/** When the next limit of a ticket runs out, ms since the epoch; null if none will. */
export function nextDeadline(ticket: Ticket): number | null {
  const times = dueLimits(ticket).map((limit) => Date.parse(limit.at))
  return times.length === 0 ? null : Math.min(...times)
}

const dueLimits = (ticket: Ticket): Ticket['deadlines'] =>
  isOpen(ticket.stage) && !ticket.suspended ? ticket.deadlines.filter(({ met }) => met === null) : []
