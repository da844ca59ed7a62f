// Health of a camera's roles: states that last, and figures that are measured.
import { beforeEach, describe, expect, it } from 'vitest'
import { createManualClock, type ManualClock } from '../../kernel/clock/manual-clock.ts'
import { createRoleHealth, type RoleState, type RolesHealth, stateOf } from './role-health.ts'

const config = { stallSeconds: 10, health: { everySeconds: 30, holdSeconds: 10 } }
let clock: ManualClock
let news: RolesHealth[]
let last: RolesHealth
beforeEach(() => {
  clock = createManualClock('2020-06-28T06:00:00Z')
  news = []
})

const open = () =>
  createRoleHealth({ clock }, config, (health, told) => {
    last = health
    if (told) news.push(health)
  })
/** So many seconds with pictures of 1,250 bytes for these meters, ten a second. */
async function play(seconds: number, ...meters: { bytes(count: number): void; picture(): void }[]) {
  for (let step = 0; step < seconds * 10; step++) {
    await clock.advance(100)
    for (const meter of meters) {
      meter.bytes(1250)
      meter.picture()
    }
  }
}
const states = (health: RolesHealth) => Object.entries(health).map(([role, { state }]) => `${role} ${state}`)

describe('a role', () => {
  it.each<[RoleState, number | undefined, RoleState]>([
    ['online', 5000, 'online'],
    ['online', undefined, 'stalled'],
    ['online', -5000, 'stalled'],
    ['stalled', 5000, 'stalled'],
    ['offline', 5000, 'offline'],
  ])('whose connection is %s and that was given a picture at %s ms is %s', (connection, lastAt, state) => {
    expect(stateOf(connection, lastAt, 9999, 10_000)).toBe(state)
  })

  it('has its figures measured on what it is given', async () => {
    const roles = open()
    const [detect, record] = [roles.of('detect'), roles.of('record')]
    roles.source('online')
    await play(20, detect, record)
    expect(last).toMatchObject({
      detect: { state: 'online', fps: 10, kbps: 100 },
      record: { state: 'online', fps: 10, kbps: 100 },
    })
    roles.close()
    expect(clock.pending).toBe(0)
  })

  it('that is given nothing while the camera plays is stalled, the others are not', async () => {
    const roles = open()
    const [detect, record] = [roles.of('detect'), roles.of('record')]
    roles.source('online')
    await play(20, detect, record)
    await play(40, detect)
    expect(states(last)).toEqual(['detect online', 'record stalled'])
    expect(last.record).toMatchObject({ fps: 0, kbps: 0 })
    expect(Date.parse(last.record?.since ?? '') - Date.parse('2020-06-28T06:00:00Z')).toBeGreaterThan(29_000)
    roles.close()
  })

  it('that flaps faster than a state is told is no news, and one that is lost is one', async () => {
    const roles = open()
    const detect = roles.of('detect')
    roles.source('online')
    await play(30, detect)
    const before = news.length
    for (let turn = 0; turn < 12; turn++) {
      roles.source(turn % 2 === 0 ? 'offline' : 'online')
      await play(5, detect)
    }
    expect(new Set(news.slice(before).flatMap(states))).toEqual(new Set(['detect online']))
    roles.source('offline')
    await clock.advance(20_000)
    expect(states(last)).toEqual(['detect offline'])
    roles.close()
  })

  it('is told every 30 s where nothing changes', async () => {
    const roles = open()
    roles.source('online')
    await play(120, roles.of('detect'))
    expect(news.length).toBe(4)
    roles.close()
  })
})
