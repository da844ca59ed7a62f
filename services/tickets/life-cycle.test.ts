// The stages of GB/T 30428.8: every step from every stage, who may take it, what it must bring; clocks that stand and run out.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ticket, type TicketStage, ticketChangedV1, ticketStages } from '../contracts/events/ticket-changed-v1.ts'
import { type LifeCycleRules, nextDeadline, runOut, takeStep } from './life-cycle.ts'
import { isOpen, type PersonAction, transitions } from './transitions.ts'

const hour = 3_600_000
const now = Date.parse('2020-06-28T06:00:00.000Z')
const proof = [
  { url: '/api/v1/evidence/proof/a.jpg', sha256: 'a'.repeat(64), at: '2020-06-28T06:30:00.000Z', role: 'proof' },
]
const rules: LifeCycleRules = {
  departments: new Set(['traffic-police', 'urban-management']),
  deadlinesFrom: (_ticket, at) => [
    { name: 'stop-work', at: new Date(at + 2 * hour).toISOString(), met: null },
    { name: 'handle', at: new Date(at + 4 * hour).toISOString(), met: null },
  ],
}

const ticketAt = (stage: TicketStage, more: Partial<Ticket> = {}): Ticket => ({
  ...ticketChangedV1.example.ticket,
  stage,
  deadlines: isOpen(stage) && stage !== 'accepted' ? rules.deadlinesFrom(ticketChangedV1.example.ticket, now) : [],
  ...more,
})

/** Everything a step may need. */
const full = {
  comment: 'because',
  department: 'urban-management',
  proof,
}
const extension = { comment: 'rain', deadline: { name: 'handle', at: '2020-06-29T06:00:00.000Z' } }
const argumentsFor = (action: PersonAction) => (action === 'extend' ? extension : full)

const step = (
  ticket: Ticket,
  action: PersonAction,
  given: object = argumentsFor(action),
  roles = ['operator'],
  at = now,
) => takeStep(ticket, { action, by: 'li', roles, at, arguments: given as Record<string, unknown> }, rules)

const taken = (ticket: Ticket, action: PersonAction, given?: object, at?: number): Ticket => {
  const result = step(ticket, action, given, ['operator'], at)
  if (!result.ok) throw new Error(result.message)
  return result.ticket
}

const legal: Record<string, Partial<Record<TicketStage, TicketStage>>> = {
  file: { accepted: 'filed' },
  dispatch: { filed: 'dispatched', dispatched: 'dispatched' },
  receive: { dispatched: 'handling' },
  feedback: { handling: 'checking' },
  check_pass: { checking: 'closed' },
  return: { dispatched: 'filed', handling: 'filed', checking: 'handling' },
  extend: { dispatched: 'dispatched', handling: 'handling' },
  suspend: { dispatched: 'dispatched', handling: 'handling' },
  void: { accepted: 'void', filed: 'void', dispatched: 'void' },
  reopen: { closed: 'dispatched' },
}

describe.each(Object.entries(legal))('%s', (action, to) => {
  it.each(ticketStages)('from %s', (stage) => {
    const result = step(ticketAt(stage), action as PersonAction)
    if (to[stage])
      expect(result).toMatchObject({
        ok: true,
        ticket: { stage: to[stage] },
        step: { from: stage, to: to[stage], by: 'li' },
      })
    else
      expect(result).toMatchObject({
        ok: false,
        code: 'QLY_TRANSITION_REFUSED',
        message: expect.stringContaining(stage),
      })
  })
})

describe('a step is refused', () => {
  it.each([
    [
      'handling without a photo',
      'handling',
      'feedback',
      { comment: 'done' },
      ['operator'],
      'QLY_INPUT_INVALID',
      /photo/,
    ],
    ['a return without a reason', 'checking', 'return', {}, ['operator'], 'QLY_INPUT_INVALID', /why/],
    [
      'an unknown department',
      'filed',
      'dispatch',
      { department: 'x' },
      ['operator'],
      'QLY_INPUT_INVALID',
      /no department "x"; known/,
    ],
    [
      'an extension into the past',
      'handling',
      'extend',
      { comment: 'a', deadline: { name: 'handle', at: '2020-06-27T06:00:00.000Z' } },
      ['operator'],
      'QLY_INPUT_INVALID',
      /ahead/,
    ],
    [
      'an unknown limit',
      'handling',
      'extend',
      { comment: 'a', deadline: { name: 'x', at: '2020-06-29T06:00:00.000Z' } },
      ['operator'],
      'QLY_INPUT_INVALID',
      /no deadline "x"/,
    ],
    ['filing by a viewer', 'accepted', 'file', {}, ['viewer'], 'QLY_FORBIDDEN', /admin, operator/],
    ['closing by the handler', 'checking', 'check_pass', {}, ['subscriber'], 'QLY_FORBIDDEN', /operator/],
    ['a step that there is not', 'filed', 'explode', {}, ['operator'], 'QLY_INPUT_INVALID', /no step/],
    ['arguments of the wrong kind', 'accepted', 'file', { comment: 7 }, ['operator'], 'QLY_INPUT_INVALID', /comment/],
  ] as const)('%s', (_name, stage, action, given, roles, code, message) => {
    const result = step(ticketAt(stage), action as PersonAction, given, [...roles])
    expect(result).toMatchObject({ ok: false, code, message: expect.stringMatching(message) })
  })

  it('while the case is suspended, but for resuming it', () => {
    const suspended = taken(ticketAt('handling'), 'suspend')
    expect(step(suspended, 'feedback')).toMatchObject({ ok: false, code: 'QLY_TRANSITION_REFUSED' })
    expect(step(suspended, 'resume')).toMatchObject({ ok: true, ticket: { suspended: false } })
    expect(step(ticketAt('handling'), 'resume')).toMatchObject({ ok: false, code: 'QLY_TRANSITION_REFUSED' })
  })
})

describe('the clocks', () => {
  const filed = taken(ticketAt('accepted'), 'file')

  it('run from filing on, and run out once', () => {
    expect(nextDeadline(filed)).toBe(now + 2 * hour)
    expect(runOut(filed, now + 2 * hour - 1)).toBeUndefined()
    const late = runOut(filed, now + 2 * hour)
    expect(late).toMatchObject({ ticket: { overdue: true }, step: { action: 'overdue', comment: 'stop-work' } })
    expect(nextDeadline(late?.ticket as Ticket)).toBe(now + 4 * hour)
    expect(runOut(late?.ticket as Ticket, now + 3 * hour)).toBeUndefined()
  })

  it('stand still while the case is suspended', () => {
    const handling = taken(taken(filed, 'dispatch'), 'receive')
    const suspended = taken(handling, 'suspend', full, now + hour)
    expect(nextDeadline(suspended)).toBeNull()
    expect(nextDeadline(taken(suspended, 'resume', {}, now + 6 * hour))).toBe(now + 7 * hour)
  })

  it('are met by feedback in time, one by one where a case has several', () => {
    const handling = taken(taken(filed, 'dispatch'), 'receive')
    const first = taken(handling, 'feedback', { proof, deadline: { name: 'stop-work' } }, now + hour)
    expect(first).toMatchObject({ stage: 'handling', deadlines: [{ met: true }, { met: null }] })
    const second = taken(first, 'feedback', { proof }, now + 5 * hour)
    expect(second).toMatchObject({
      stage: 'checking',
      deadlines: [{ met: true }, { met: false }],
      proof: [proof[0], proof[0]],
    })
  })

  it('run again when the check sends it back', () => {
    const checking = taken(taken(taken(filed, 'dispatch'), 'receive'), 'feedback', { proof }, now + hour)
    const back = taken(checking, 'return', { comment: 'still there' }, now + 90 * 60_000)
    expect(back).toMatchObject({ stage: 'handling', returns: 1, deadlines: [{ met: null }, { met: null }] })
  })
})

it('keeps every ticket sound, whatever steps are asked for', () => {
  const actions = Object.keys(transitions) as PersonAction[]
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...actions), fc.nat(48)), { maxLength: 40 }), (asked) => {
      let ticket = ticketAt('accepted')
      for (const [action, hours] of asked) {
        const result = step(ticket, action, argumentsFor(action), ['operator'], now + hours * hour)
        if (result.ok) {
          expect(transitions[action].to[ticket.stage]).toBe(result.step.to)
          expect(result.ticket.closedAt !== null).toBe(!isOpen(result.ticket.stage))
          ticket = result.ticket
        } else expect(result.message).not.toBe('')
      }
      if (ticket.stage === 'closed') expect(ticket.proof.length).toBeGreaterThan(0)
    }),
  )
})
