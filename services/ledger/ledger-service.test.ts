// The ledger room through its doors, the topics: sightings over weeks make an entry, a finding, and after a notice a tow; over restarts.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { type CommandAnswered, commandIssuedV1 } from '../contracts/events/command-issued-v1.ts'
import type { FindingChanged } from '../contracts/events/finding-changed-v1.ts'
import type { LedgerChanged } from '../contracts/events/ledger-changed-v1.ts'
import { type VehicleSighted, vehicleSightedV1 } from '../contracts/events/vehicle-sighted-v1.ts'
import { createManualClock, type ManualClock } from '../kernel/clock/manual-clock.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { createLedgerService } from './ledger-service.ts'

const config = parseConfig('cameras: []\nledger: { lookEverySeconds: 86400 }', 'test')
const start = Date.parse('2020-05-28T06:00:00.000Z')
const dayMs = 86_400_000
let clock: ManualClock
let kernel: TestKernel
let service: Service
let told: LedgerChanged[]
let findings: FindingChanged[]
let answers: CommandAnswered[]

beforeEach(async () => {
  clock = createManualClock(new Date(start).toISOString())
  kernel = await startTestKernel({ clock })
  told = []
  findings = []
  answers = []
  await kernel.bus.tail({ topics: ['qly.ledger.v1'], from: 'earliest' }, ({ event }) => void told.push(event.data))
  await kernel.bus.tail({ topics: ['qly.answer.v1'], from: 'earliest' }, ({ event }) => void answers.push(event.data))
  await kernel.bus.tail({ topics: ['qly.detection.v1'], from: 'earliest' }, ({ event }) => {
    if (event.type === 'cn.qianliyan.finding.changed.v1') findings.push(event.data)
  })
  await open()
})
afterEach(async () => {
  await service.stop()
  await kernel.stop()
})
const open = async () => {
  service = createLedgerService(kernel, config)
  await service.start(new AbortController().signal)
}

async function sighted(day: number, more: Partial<VehicleSighted> = {}) {
  const at = start + day * dayMs
  const data: VehicleSighted = {
    ...vehicleSightedV1.example,
    standsSince: new Date(start).toISOString(),
    at: new Date(at).toISOString(),
    ...more,
  }
  const origin = { source: '/vision/hq-lane-07', id: `s/${day}/${data.phase}`, time: at }
  const event = { topic: 'qly.detection.v1' as const, event: createEvent(vehicleSightedV1, origin, data) }
  await kernel.bus.publish([event, event])
}
async function command(action: string, targetId: string, day: number) {
  const commandId = `${action}-${day}-${targetId.slice(-4)}`
  const at = new Date(start + day * dayMs).toISOString()
  const data = {
    commandId,
    target: 'ledger' as const,
    targetId,
    action,
    by: 'li',
    roles: ['operator'],
    at,
    arguments: {},
  }
  await kernel.bus.publish([
    { topic: 'qly.command.v1', event: createEvent(commandIssuedV1, { source: '/api', id: commandId, time: at }, data) },
  ])
  const found = () => answers.find((answer) => answer.commandId === commandId)
  await expect.poll(found).toBeDefined()
  return found() as CommandAnswered
}

it('tells a vehicle once when it has stood 30 days, over a restart, and ends it with the tow', async () => {
  for (let day = 0; day <= 20; day++) await sighted(day)
  await expect.poll(() => told.at(-1)?.entry.days).toBe(20)
  await service.stop()
  await open()
  for (let day = 21; day <= 32; day++) await sighted(day)
  await expect.poll(() => told.at(-1)?.entry.days).toBe(32)
  expect(new Set(told.map(({ entry }) => entry.id)).size).toBe(1)
  expect(told.map(({ step }) => step.action).filter((action) => action !== 'seen')).toEqual([
    'entered',
    'suspected',
    'zombie',
  ])
  await expect.poll(() => findings.length).toBe(3)
  expect(findings.map(({ phase, kind }) => `${kind} ${phase}`)).toEqual([
    'zombie_vehicle started',
    'zombie_vehicle continued',
    'zombie_vehicle continued',
  ])
  const id = told[0]?.entry.id ?? ''
  expect(await command('tow', id, 33)).toMatchObject({ accepted: false, code: 'QLY_TRANSITION_REFUSED' })
  expect(await command('notice', id, 33)).toMatchObject({ accepted: true, result: { state: 'noticed' } })
  expect(await command('tow', id, 41)).toMatchObject({ accepted: true, result: { state: 'towed' } })
  expect(await command('tow', 'nothing', 41)).toMatchObject({ code: 'QLY_NOT_FOUND' })
  await expect.poll(() => findings.at(-1)?.phase).toBe('ended')
})

it('closes what nobody sees any more, by its own clock', async () => {
  await sighted(1)
  await expect.poll(() => told.length).toBe(1)
  const aDayLater = async () => {
    await clock.advance(dayMs)
    return told.at(-1)?.entry.state
  }
  await expect.poll(aDayLater, { timeout: 15_000 }).toBe('gone')
  expect(told.at(-1)?.step.comment).toMatch('not seen')
})
