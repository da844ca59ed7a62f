// What the API tells and passes on: silences and notices, commands to other rooms, the stream of events.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { commandAnsweredV1 } from '../contracts/events/command-issued-v1.ts'
import { type ApiPlant, startApiPlant } from './testing/api-plant.ts'
import { openStream } from './testing/event-stream.ts'
import { toldAlert as alert, toldNotice, toldSilence } from './testing/told.ts'

let plant: ApiPlant
beforeAll(async () => {
  plant = await startApiPlant()
})
afterAll(() => plant.stop())

const eventually = (check: () => Promise<void>) =>
  expect.poll(() => check().then(() => true), { timeout: 5000 }).toBe(true)

describe('silences and notices', () => {
  it('are listed: those in force first, then those that ended; each in its newest state', async () => {
    const [ended, later] = ['2020-06-28T05:00:00.000Z', '2120-06-28T05:00:00.000Z']
    await plant.kernel.bus.publish([
      toldSilence('over', { until: later }),
      toldSilence('soon', { until: '2120-01-01T00:00:00.000Z' }),
      toldSilence('long', { until: later }),
      toldSilence('over', { until: later, endedAt: ended, endedBy: 'operator-li' }),
    ])
    const ids = async (query: string) =>
      (await plant.call(`/api/v1/silences?${query}`)).body.items.map(({ id }: { id: string }) => id)
    await eventually(async () => expect(await ids('')).toEqual(['long', 'soon', 'over']))
    expect(await ids('active=true')).toEqual(['long', 'soon'])
    expect(await ids('active=false')).toEqual(['over'])
  })

  it('reach the stream, and the last thousand notices are kept', async () => {
    const stream = await openStream(plant.url('/api/v1/events?topics=notice'), plant.adminToken)
    const begin = Date.parse('2020-06-28T06:00:00Z')
    await plant.kernel.bus.publish(Array.from({ length: 1100 }, (_, n) => toldNotice(`group-${n}`, begin + n)))
    expect(await stream.next()).toMatchObject({ event: 'notice', data: { data: { groupKey: 'group-0' } } })
    stream.close()
    await eventually(async () =>
      expect((await plant.call('/api/v1/notices?limit=1')).body.items[0].groupKey).toBe('group-1099'),
    )
    const to = new Date(begin + 100).toISOString()
    expect((await plant.call(`/api/v1/notices?to=${to}`)).body.items).toEqual([])
    expect(
      (await plant.call(`/api/v1/notices?limit=1&to=${new Date(begin + 101).toISOString()}`)).body.items,
    ).toHaveLength(1)
  })

  it.each([
    [{}],
    [{ matchers: {}, reason: 'x', until: '2120-01-01T00:00:00.000Z' }],
    [{ matchers: { kind: ['no_such_kind'] }, reason: 'x', until: '2120-01-01T00:00:00.000Z' }],
    [{ matchers: { kind: ['noise'] }, reason: '', until: '2120-01-01T00:00:00.000Z' }],
    [{ matchers: { kind: ['noise'] }, reason: 'x', until: 'tomorrow' }],
  ])('a silence like %j is refused', async (body) => {
    expect(await plant.post('/api/v1/silences', body)).toMatchObject({
      status: 400,
      body: { error: { code: 'QLY_INPUT_INVALID' } },
    })
  })
})

describe('commands', () => {
  it('are answered by the room that owns the target, or time out', async () => {
    const room = await plant.kernel.bus.tail(
      { topics: ['qly.command.v1'], from: 'latest' },
      async ({ event: { data } }) => {
        if (data.targetId === 'silent') return
        const refused = { accepted: false, code: 'QLY_TRANSITION_REFUSED', message: 'the alert is cleared already' }
        const outcome =
          data.targetId === 'cleared'
            ? refused
            : { accepted: true, result: { id: data.targetId, by: data.by, ...data.arguments } }
        const event = createEvent(
          commandAnsweredV1,
          { source: '/t', time: Date.now() },
          { commandId: data.commandId, ...outcome },
        )
        await plant.kernel.bus.publish([{ topic: 'qly.answer.v1', event }])
      },
    )
    expect(await plant.post('/api/v1/alerts/a1/dismiss', { reason: 'van' })).toMatchObject({
      status: 200,
      body: { id: 'a1', by: 'admin-token', reason: 'van' },
    })
    expect(await plant.post('/api/v1/alerts/cleared/ack', {})).toMatchObject({
      status: 409,
      body: { error: { code: 'QLY_TRANSITION_REFUSED' } },
    })
    expect(await plant.post('/api/v1/alerts/silent/ack', {})).toMatchObject({
      status: 504,
      body: { error: { code: 'QLY_COMMAND_TIMEOUT', retryable: true } },
    })
    expect((await plant.post('/api/v1/alerts/a1/dismiss', {})).status).toBe(400)
    await room.stop()
  })
})

describe('the event stream', () => {
  it('gives what happens from now on, filtered', async () => {
    const stream = await openStream(plant.url('/api/v1/events?topics=alert&minimumSeverity=high'), plant.adminToken)
    await plant.kernel.bus.publish([alert('s-low', { severity: 'low' }), alert('s-high', { severity: 'high' })])
    const event = await stream.next()
    expect(event).toMatchObject({
      event: 'alert',
      data: { type: 'cn.qianliyan.alert.changed.v1', data: { alert: { id: 's-high' } } },
    })
    stream.close()
  })

  it('resumes after any event without loss or repeat, from memory and, after a restart, from the bus', async () => {
    const stream = await openStream(plant.url('/api/v1/events?topics=alert'), plant.adminToken)
    await plant.kernel.bus.publish([alert('r-1'), alert('r-2')])
    const first = await stream.next()
    const second = await stream.next()
    stream.close()
    await plant.kernel.bus.publish([alert('r-3'), alert('r-4')])
    const ids = async (lastEventId: string, count: number) => {
      const resumed = await openStream(plant.url('/api/v1/events?topics=alert'), plant.adminToken, lastEventId)
      const got = []
      for (let n = 0; n < count; n++) got.push((await resumed.next()).data.data.alert.id)
      resumed.close()
      return got.sort()
    }
    const others = [first, second].map(({ data }) => data.data.alert.id)
    expect(await ids(first.id, 3)).toEqual([others[1], 'r-3', 'r-4'].sort())
    expect(await ids(second.id, 2)).toEqual(['r-3', 'r-4'])
    await plant.restart()
    expect(plant.api.firstLogin).toBeUndefined()
    expect(await ids(second.id, 2)).toEqual(['r-3', 'r-4'])
  })

  it('refuses an id that is not its own', async () => {
    expect((await plant.call('/api/v1/events?lastEventId=xyz')).status).toBe(400)
  })
})
