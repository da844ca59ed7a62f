// The tickets room through its own doors, the topics: alerts and commands in, tickets and answers out, over restarts.
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import type { Config } from '../contracts/config/config.ts'
import { type Alert, type AlertStep, alertChangedV1 } from '../contracts/events/alert-changed-v1.ts'
import { type CommandAnswered, commandIssuedV1 } from '../contracts/events/command-issued-v1.ts'
import type { Ticket, TicketChanged } from '../contracts/events/ticket-changed-v1.ts'
import { createManualClock, type ManualClock } from '../kernel/clock/manual-clock.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { createTicketsService } from './tickets-service.ts'

const organisation = path.resolve(import.meta.dirname, '../../infra/huqiu/organisation.yaml')
const config: Config = parseConfig(`cameras: []\norganisation: ${organisation}`, 'test')
const morning = '2020-06-28T02:00:00.000Z' // 10:00 in Suzhou, a Sunday that was worked

let clock: ManualClock
let kernel: TestKernel
let service: Service
let told: TicketChanged[]
let answers: CommandAnswered[]

beforeEach(async () => {
  clock = createManualClock(morning)
  kernel = await startTestKernel({ clock })
  told = []
  answers = []
  await kernel.bus.tail({ topics: ['qly.ticket.v1'], from: 'earliest' }, ({ event }) => void told.push(event.data))
  await kernel.bus.tail({ topics: ['qly.answer.v1'], from: 'earliest' }, ({ event }) => void answers.push(event.data))
  service = createTicketsService(kernel, config)
  await service.start(new AbortController().signal)
})

afterEach(async () => {
  await service.stop()
  await kernel.stop()
})

const alertEvent = (id: string, more: Partial<Alert> = {}, step: Partial<AlertStep> = {}) => {
  const at = new Date(clock.now()).toISOString()
  const alert: Alert = { ...alertChangedV1.example.alert, id, key: `key/${id}`, openedAt: at, updatedAt: at, ...more }
  const data = { alert, step: { action: 'opened' as const, by: 'system:alerts', at, ...step } }
  return { topic: 'qly.alert.v1' as const, event: createEvent(alertChangedV1, { source: '/alerts', time: at }, data) }
}

async function command(
  action: string,
  targetId: string | undefined,
  given: object,
  roles = ['operator'],
): Promise<CommandAnswered> {
  const commandId = `command-${answers.length}-${action}`
  const data = {
    commandId,
    target: 'ticket' as const,
    targetId: targetId ?? commandId,
    action,
    by: 'li',
    roles,
    at: new Date(clock.now()).toISOString(),
    arguments: { ...given },
  }
  await kernel.bus.publish([
    { topic: 'qly.command.v1', event: createEvent(commandIssuedV1, { source: '/api', time: clock.now() }, data) },
  ])
  const found = () => answers.find((answer) => answer.commandId === commandId)
  await expect.poll(found, { timeout: 5000 }).toBeDefined()
  return found() as CommandAnswered
}

const actions = () => told.map(({ step }) => step.action)
const newest = (): Ticket => (told.at(-1) as TicketChanged).ticket
const until = (expected: string[]) => expect.poll(actions, { timeout: 5000 }).toEqual(expected)
const opening = ['created', 'file', 'dispatch']

describe('an alert above the threshold', () => {
  it('becomes a ticket, filed and dispatched: grid, department, deadline, number', async () => {
    await kernel.bus.publish([alertEvent('a1')])
    await until(opening)
    expect(newest()).toMatchObject({
      number: '320508-20200628-0001',
      stage: 'dispatched',
      category: { code: '05011' },
      department: 'traffic-police',
      alertIds: ['a1'],
      grid: {
        grid: expect.stringMatching(/^G\d{3}$/),
        community: expect.stringMatching(/^C\d\d$/),
        station: expect.stringMatching(/^S\d$/),
      },
      deadlines: [{ name: 'handle', at: '2020-06-28T04:00:00.000Z', met: null }],
    })
  })

  it('becomes one ticket though it is told many times, also again after a restart', async () => {
    const event = alertEvent('a1')
    await kernel.bus.publish([event, event, alertEvent('a1', { count: 2 }, { action: 'repeated' })])
    await until(opening)
    await service.stop()
    await kernel.bus.publish([event, alertEvent('a2', { key: 'other' })])
    service = createTicketsService(kernel, config)
    await service.start(new AbortController().signal)
    await until([...opening, ...opening])
    expect(newest()).toMatchObject({ number: '320508-20200628-0002', alertIds: ['a2'] })
  })

  it('waits while it is below the threshold or muted, and becomes a ticket when that ends', async () => {
    await kernel.bus.publish([
      alertEvent('low', { severity: 'low' }),
      alertEvent('muted', { muted: { by: 'silence', ref: 's1' } }),
      alertEvent('low', { severity: 'medium' }, { action: 'severity_changed' }),
    ])
    await until(opening)
    expect(newest().alertIds).toEqual(['low'])
  })
})

describe('two alerts', () => {
  it('of one camera that tells two cars apart are two tickets; the same trouble of a river nearby is one', async () => {
    await kernel.bus.publish([alertEvent('car-1'), alertEvent('car-2')])
    await until([...opening, ...opening])
    const river = (device: string, lat: number): Partial<Alert> => ({
      kind: 'water_level',
      label: null,
      source: { device },
      location: [120.602, lat],
    })
    await kernel.bus.publish([
      alertEvent('river-1', river('river-01', 31.318)),
      alertEvent('river-2', { ...river('river-02', 31.3185), severity: 'high' }),
    ])
    await until([...opening, ...opening, ...opening, 'alert_folded'])
    expect(newest()).toMatchObject({ alertIds: ['river-1', 'river-2'], severity: 'high', category: { code: '04082' } })
  })
})

describe('what happens to the alert later', () => {
  it('is told on the ticket; a false alert voids a ticket that nobody has begun', async () => {
    await kernel.bus.publish([alertEvent('a1')])
    await until(opening)
    await kernel.bus.publish([
      alertEvent('a1', { state: 'dismissed', dismissReason: 'delivery van' }, { action: 'dismissed', by: 'li' }),
    ])
    await until([...opening, 'void'])
    expect(told.at(-1)).toMatchObject({
      ticket: { stage: 'void' },
      step: { by: 'li', comment: expect.stringContaining('delivery van') },
    })
  })

  it('adds its new pictures once', async () => {
    const picture = { url: '/api/v1/evidence/a', sha256: 'a'.repeat(64), at: morning, role: 'clean' as const }
    await kernel.bus.publish([alertEvent('a1')])
    await until(opening)
    const more = alertEvent('a1', { evidence: [picture] }, { action: 'evidence_added' })
    await kernel.bus.publish([more, alertEvent('a1', { evidence: [picture], state: 'cleared' }, { action: 'cleared' })])
    await until([...opening, 'comment', 'comment'])
    expect(newest().evidence).toEqual([picture])
  })
})

describe('people', () => {
  const proof = [{ url: '/api/v1/evidence/p', sha256: 'b'.repeat(64), at: morning, role: 'proof' }]

  it('take a case from the report to its end, each step answered', async () => {
    const created = await command('create', undefined, {
      category: '01002',
      location: [120.588, 31.327],
      description: '垃圾',
    })
    expect(created).toMatchObject({
      accepted: true,
      result: { stage: 'accepted', source: 'person', grid: { station: expect.any(String) } },
    })
    const { id } = created.result as Ticket
    for (const [action, given, stage] of [
      ['file', {}, 'filed'],
      ['dispatch', { department: 'urban-management' }, 'dispatched'],
      ['receive', {}, 'handling'],
      ['feedback', { proof }, 'checking'],
      ['return', { comment: 'still there' }, 'handling'],
      ['feedback', { proof }, 'checking'],
      ['check_pass', {}, 'closed'],
    ] as const) {
      expect(await command(action, id, given)).toMatchObject({ accepted: true, result: { stage } })
    }
    expect(newest()).toMatchObject({ returns: 1, closedUnfixed: false, deadlines: [{ met: true }] })
  })

  it.each([
    ['an unknown ticket', 'file', 'nothing', {}, ['operator'], 'QLY_NOT_FOUND'],
    ['an unknown step', 'explode', 'nothing', {}, ['operator'], 'QLY_INPUT_INVALID'],
    ['an unknown category', 'create', undefined, { category: '99999' }, ['operator'], 'QLY_INPUT_INVALID'],
    [
      'a place that is none',
      'create',
      undefined,
      { category: '01002', location: [200, 31] },
      ['operator'],
      'QLY_INPUT_INVALID',
    ],
  ] as const)('are refused with a code for %s', async (_name, action, target, given, roles, code) => {
    expect(await command(action, target, given, [...roles])).toMatchObject({
      accepted: false,
      code,
      message: expect.stringMatching(/.{10}/),
    })
  })
})

describe('limits', () => {
  it('run out once, also over a restart', async () => {
    await kernel.bus.publish([alertEvent('a1')])
    await until(opening)
    await service.stop()
    await clock.advance(2 * 3_600_000)
    service = createTicketsService(kernel, config)
    await service.start(new AbortController().signal)
    await until([...opening, 'overdue'])
    await clock.advance(5000)
    expect(newest()).toMatchObject({ overdue: true, deadlines: [{ name: 'handle', met: false }] })
    expect(actions().filter((action) => action === 'overdue')).toHaveLength(1)
  })
})
