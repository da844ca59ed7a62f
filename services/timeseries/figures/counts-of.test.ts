// What each kind of event adds to the figures by the minute.
import { describe, expect, it } from 'vitest'
import { createEvent } from '../../contracts/cloud-event.ts'
import { alertChangedV1 } from '../../contracts/events/alert-changed-v1.ts'
import { findingChangedV1 } from '../../contracts/events/finding-changed-v1.ts'
import { frameAnalysedV1 } from '../../contracts/events/frame-analysed-v1.ts'
import { ticketChangedV1 } from '../../contracts/events/ticket-changed-v1.ts'
import type { TopicEvent } from '../../contracts/topics.ts'
import { countsOf } from './counts-of.ts'

const origin = { source: '/test', time: '2020-06-28T06:00:00.000Z' }
const minute = Date.parse('2020-06-28T06:12:00.000Z')
const at = '2020-06-28T06:12:34.567Z'
const added = (event: TopicEvent) => countsOf(event).map((count) => count.add)

describe('a frame', () => {
  it('counts itself, and each label once with the number of its objects', () => {
    const car = frameAnalysedV1.example.objects[0]!
    const objects = [car, car, { ...car, label: 'bus' }]
    const event = createEvent(frameAnalysedV1, origin, { ...frameAnalysedV1.example, capturedAt: at, objects })
    const cameraId = 'hq-lane-07'
    expect(countsOf(event)).toEqual([
      { measurement: 'frame', tags: { cameraId }, minute, add: { frames: 1, objects: 3 } },
      { measurement: 'detection', tags: { cameraId, label: 'car' }, minute, add: { frames: 1, objects: 2 }, peak: 2 },
      { measurement: 'detection', tags: { cameraId, label: 'bus' }, minute, add: { frames: 1, objects: 1 }, peak: 1 },
    ])
  })

  it('in which nothing was seen counts too', () => {
    const event = createEvent(frameAnalysedV1, origin, { ...frameAnalysedV1.example, objects: [] })
    expect(added(event)).toEqual([{ frames: 1, objects: 0 }])
  })
})

describe('a finding', () => {
  const finding = (phase: 'started' | 'continued' | 'ended') =>
    createEvent(findingChangedV1, origin, { ...findingChangedV1.example, phase, since: '2020-06-28T06:11:34.567Z', at })

  it('counts where it starts and, with its length, where it ends', () => {
    expect(countsOf(finding('started'))).toEqual([
      {
        measurement: 'finding',
        tags: { kind: 'illegal_parking', cameraId: 'hq-lane-07' },
        minute,
        add: { started: 1 },
      },
    ])
    expect(added(finding('continued'))).toEqual([])
    expect(added(finding('ended'))).toEqual([{ ended: 1, seconds: 60 }])
  })
})

describe('an alert', () => {
  const { alert, step } = alertChangedV1.example
  const changed = (action: typeof step.action) =>
    createEvent(alertChangedV1, origin, {
      alert: { ...alert, openedAt: '2020-06-28T06:12:00.567Z' },
      step: { ...step, action, at },
    })

  it.each([
    ['opened', [{ opened: 1 }]],
    ['acknowledged', [{ acknowledged: 1, wait_seconds: 34 }]],
    ['escalated', [{ escalated: 1 }]],
    ['dismissed', [{ dismissed: 1, open_seconds: 34 }]],
    ['cleared', [{ cleared: 1, open_seconds: 34 }]],
    ['repeated', []],
    ['severity_changed', []],
    ['muted', []],
  ] as const)('that is %s adds %j', (action, expected) => {
    expect(added(changed(action))).toEqual(expected)
  })

  it('of a clock that runs behind lasts no negative time', () => {
    const early = createEvent(alertChangedV1, origin, {
      alert: { ...alert, openedAt: '2020-06-28T06:13:00.000Z' },
      step: { ...step, action: 'cleared', at },
    })
    expect(added(early)).toEqual([{ cleared: 1, open_seconds: 0 }])
  })
})

describe('a ticket', () => {
  const { ticket, step } = ticketChangedV1.example
  const changed = (more: Partial<typeof step>, of: Partial<typeof ticket> = {}) =>
    createEvent(ticketChangedV1, origin, {
      ticket: { ...ticket, createdAt: '2020-06-28T05:12:34.567Z', ...of },
      step: { ...step, at, ...more },
    })

  it('counts its opening, its return, its delay and its end with the time that handling took', () => {
    expect(added(changed({ action: 'created', from: null, to: 'accepted' }))).toEqual([{ opened: 1 }])
    expect(added(changed({ action: 'return', from: 'checking', to: 'handling' }))).toEqual([{ returned: 1 }])
    expect(added(changed({ action: 'overdue', from: 'handling', to: 'handling' }))).toEqual([{ overdue: 1 }])
    expect(added(changed({ action: 'void', from: 'filed', to: 'void' }))).toEqual([{ voided: 1 }])
    const closing = { action: 'check_pass', from: 'checking', to: 'closed' } as const
    expect(added(changed(closing, { closedAt: at }))).toEqual([{ closed: 1, handling_seconds: 3600 }])
    expect(added(changed(closing, { closedAt: at, closedUnfixed: true }))).toEqual([
      { closed: 1, handling_seconds: 3600, closed_unfixed: 1 },
    ])
    expect(added(changed({ action: 'comment', from: 'closed', to: 'closed' }))).toEqual([])
  })
})
