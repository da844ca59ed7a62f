// False marks through the API: made by a dismissal, listed, revoked with a trail, and their pictures as samples for who trains.
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { type CommandIssued, commandAnsweredV1 } from '../contracts/events/command-issued-v1.ts'
import { falseMarkChangedV1 } from '../contracts/events/false-mark-changed-v1.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { type ApiService, createApiService } from './api-service.ts'
import { openStream } from './testing/event-stream.ts'
import { toldFalseMark } from './testing/told.ts'

const root = path.resolve(import.meta.dirname, '../..')
const adminToken = 'test-admin-token-0123456789'
const [until, later] = ['2120-01-01T00:00:00.000Z', '2120-06-28T05:00:00.000Z']
const endedAt = '2020-06-29T05:00:00.000Z'
const picture = (letter: string) => ({
  url: `/api/v1/evidence/evidence/${letter}.jpg`,
  sha256: letter.repeat(64),
  at: '2020-06-28T06:00:00.000Z',
  role: 'clean' as const,
})

let kernel: TestKernel
let api: ApiService
let operator: string

beforeAll(async () => {
  kernel = await startTestKernel()
  const config = parseConfig(
    `cameras: []
organisation: ${path.join(root, 'infra/huqiu/organisation.yaml')}
http: { port: 0, adminToken: ${adminToken}, loginsPerMinute: 1000, requestsPerMinute: 100000 }
api: { commandTimeoutMs: 3000 }`,
    'test',
  )
  api = createApiService(kernel, config, { check: async () => {} })
  await api.start(new AbortController().signal)
  operator = await logIn('li', 'operator')
})
afterAll(async () => {
  await api.stop()
  await kernel.stop()
})

const url = (route: string) => `http://127.0.0.1:${api.port}${route}`
async function call(route: string, token = adminToken, method = 'GET', json?: object) {
  const headers = { authorization: `Bearer ${token}`, ...(json ? { 'content-type': 'application/json' } : {}) }
  const response = await fetch(url(route), { method, headers, ...(json ? { body: JSON.stringify(json) } : {}) })
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes
  return { status: response.status, body: (await response.json()) as any }
}
async function logIn(name: string, role: string): Promise<string> {
  const { body } = await call('/api/v1/users', adminToken, 'POST', { name, roles: [role] })
  return (await call('/api/v1/login', adminToken, 'POST', { user: name, password: body.password })).body.token
}
const ids = async (query: string) =>
  (await call(`/api/v1/false-marks${query}`)).body.items.map(({ id }: { id: string }) => id)

describe('false marks', () => {
  it('are told on the stream and listed in their newest state, those in force first', async () => {
    const stream = await openStream(url('/api/v1/events?topics=notice'), adminToken)
    await kernel.bus.publish([
      toldFalseMark('soon', { until, evidence: [picture('a'), picture('b')] }),
      toldFalseMark('long', { until: later, box: null, evidence: [picture('c')] }),
      toldFalseMark('over', { endedAt, endedBy: 'system:alerts', evidence: [picture('d')] }),
      toldFalseMark('wrong', { until, evidence: [picture('e')] }),
      toldFalseMark('wrong', { endedAt: '2020-06-28T07:00:00.000Z', endedBy: 'li', evidence: [picture('e')] }),
    ])
    expect(await stream.next()).toMatchObject({
      event: 'notice',
      data: {
        type: 'cn.qianliyan.falsemark.changed.v1',
        data: { mark: { id: 'soon', reason: 'steam of the laundry' } },
      },
    })
    stream.close()
    await expect.poll(() => ids(''), { timeout: 5000 }).toEqual(['long', 'soon', 'over', 'wrong'])
    expect(await ids('?active=true')).toEqual(['long', 'soon'])
    expect(await ids('?active=false')).toEqual(['over', 'wrong'])
    const { body } = await call('/api/v1/false-marks?limit=1', operator)
    expect(body.items[0]).toMatchObject({ id: 'long', kind: 'smoke', box: null, count: 3, severity: 'high' })
    expect(body.nextCursor).toEqual(expect.any(String))
  })

  it('give samples to admins only: plain pictures with YOLO lines, of all but revoked marks', async () => {
    await expect.poll(async () => (await ids('')).length, { timeout: 5000 }).toBe(4)
    expect((await call('/api/v1/false-marks/samples', operator)).status).toBe(403)
    const { body } = await call('/api/v1/false-marks/samples')
    const line = '0 0.415000 0.665000 0.210000 0.230000'
    const lines = body.items.map((item: { sha256: string; line: string }) => [item.sha256[0], item.line])
    expect(lines).toEqual([
      ['c', ''],
      ['a', line],
      ['b', line],
      ['d', line],
    ])
    expect(body).toMatchObject({ names: ['false'], nextCursor: null })
    expect(body.items[1]).toMatchObject({
      ...sampleOf('a'),
      markId: 'soon',
      kind: 'smoke',
      taken: 'smoke',
      label: 'false',
    })
  })

  it('are made by a dismissal and revoked by who handles alerts, with a trail', async () => {
    const asked: CommandIssued[] = []
    const { mark } = falseMarkChangedV1.example
    const room = await kernel.bus.tail({ topics: ['qly.command.v1'], from: 'latest' }, async ({ event: { data } }) => {
      asked.push(data)
      const result = data.target === 'alert' ? { id: data.targetId, falseMarkId: 'm1' } : { ...mark, endedBy: data.by }
      const answer = { commandId: data.commandId, accepted: true, result }
      const event = createEvent(commandAnsweredV1, { source: '/t', time: Date.now() }, answer)
      await kernel.bus.publish([{ topic: 'qly.answer.v1', event }])
    })
    const given = { reason: 'steam', falseAlarm: true }
    const dismissed = await call('/api/v1/alerts/a1/dismiss', operator, 'POST', given)
    expect(dismissed).toMatchObject({ status: 200, body: { falseMarkId: 'm1' } })
    const wrong = await call('/api/v1/alerts/a1/dismiss', operator, 'POST', { reason: 'steam', falseAlarm: { a: 1 } })
    expect(wrong.status).toBe(400)
    const revoked = await call('/api/v1/false-marks/m1', operator, 'DELETE')
    expect(revoked).toMatchObject({ status: 200, body: { id: mark.id, endedBy: 'li' } })
    expect(asked).toMatchObject([
      { target: 'alert', targetId: 'a1', action: 'dismiss', arguments: given },
      { target: 'false_mark', targetId: 'm1', action: 'revoke', by: 'li' },
    ])
    const { body } = await call('/api/v1/audit?limit=2')
    expect(body.items).toMatchObject([
      { user: 'li', action: 'false_mark.revoke', target: 'm1' },
      { user: 'li', action: 'alert.dismiss', target: 'a1' },
    ])
    const viewer = await logIn('eye', 'viewer')
    expect((await call('/api/v1/false-marks', viewer)).status).toBe(200)
    expect((await call('/api/v1/false-marks/m1', viewer, 'DELETE')).status).toBe(403)
    await room.stop()
  })
})

const sampleOf = (letter: string) => {
  const { role: _, ...kept } = picture(letter)
  return kept
}
