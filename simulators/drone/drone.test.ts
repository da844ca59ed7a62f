import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { quiet } from '../testing/quiet.ts'
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts'
import { createDrone } from './drone.ts'
import { huqiuFleet as fleet, huqiuPatrol } from './huqiu-patrol.ts'

let broker: TestBroker
let drone: ReturnType<typeof createDrone>
const body = (payload: Buffer) => JSON.parse(payload.toString())

/** The clock of the drone runs 400 times as fast: a flight of ten minutes takes a second and a half. */
const quick = {
  ...quiet,
  clock: { ...quiet.clock, sleep: (ms: number, signal?: AbortSignal) => quiet.clock.sleep(ms / 40, signal) },
}

beforeEach(async () => {
  broker = await startTestBroker({ [fleet.dock]: 'dock-password' })
  drone = createDrone(quick, {
    fleet,
    plan: huqiuPatrol,
    mqtt: { url: broker.url, password: 'dock-password', version: 4 },
    speed: 400,
    firstFlight: 0,
  })
  await drone.start()
})
afterEach(async () => {
  await drone.stop()
  await broker.close()
})

describe('the drone on a broker', () => {
  it('registers, flies and pushes osd of aircraft and dock on their own topics', async () => {
    const topology = await broker.next(({ topic }) => topic === `sys/product/${fleet.dock}/status`)
    expect(body(topology.payload)).toMatchObject({ method: 'update_topo', gateway: fleet.dock, data: { domain: '3' } })
    await broker.next(({ topic }) => topic === `thing/product/${fleet.dock}/osd`)
    const flying = await broker.next(
      ({ topic, payload }) => topic === `thing/product/${fleet.aircraft}/osd` && body(payload).data.mode_code === 5,
    )
    expect(body(flying.payload)).toMatchObject({ gateway: fleet.dock, data: { elevation: 100 } })
    expect(body(flying.payload)).not.toHaveProperty('method')
  })

  it('sends an event that wants a reply again with the same tid, until it is answered', async () => {
    // requests first: a dock waits for its flight areas
    const areas = await broker.next(({ payload }) => payload.includes('flight_areas_get'))
    const storage = await broker.next(({ payload }) => payload.includes('storage_config_get'))
    for (const { payload } of [areas, storage])
      await broker.send(`thing/product/${fleet.dock}/requests_reply`, {
        tid: body(payload).tid,
        bid: body(payload).bid,
        data: { result: 0, output: {} },
      })
    const topology = await broker.next(
      ({ topic, payload }) => topic.startsWith('sys/') && body(payload).data.sub_devices.length === 1,
    )
    await broker.send(`sys/product/${fleet.dock}/status_reply`, {
      tid: body(topology.payload).tid,
      data: { result: 0 },
    })
    const first = await broker.next(({ payload }) => payload.includes('flighttask_ready'))
    expect(body(first.payload)).toMatchObject({ need_reply: 1, method: 'flighttask_ready' })
    const second = await broker.next((message) => message.payload.includes('flighttask_ready') && message !== first)
    expect(second.payload.equals(first.payload)).toBe(true)
    await broker.send(`thing/product/${fleet.dock}/events_reply`, { tid: body(first.payload).tid, data: { result: 0 } })
    expect(
      broker.published.filter(({ payload }) => payload.includes('flighttask_ready') && payload.includes('need_reply'))
        .length,
    ).toBeLessThanOrEqual(3)
  })

  it('tells progress and, once landed, its photos', async () => {
    const progress = await broker.next(({ payload }) => payload.includes('flighttask_progress'))
    expect(body(progress.payload).data.output.ext).toHaveProperty('flight_id')
    const file = await broker.next(({ payload }) => payload.includes('file_upload_callback'))
    expect(body(file.payload).data.file.metadata.shoot_position.lat).toBeCloseTo(31.33, 1)
    expect(typeof body(file.payload).data.file.metadata.gimbal_yaw_degree).toBe('string')
  })

  it('answers services: 0 for what it knows, an error for the rest, with the tid of the call', async () => {
    await broker.next(({ topic }) => topic === `thing/product/${fleet.dock}/osd`)
    const call = (tid: string, method: string) =>
      broker.send(`thing/product/${fleet.dock}/services`, { tid, bid: 'b', method, timestamp: 1, data: {} })
    await call('t-1', 'live_start_push')
    await call('t-2', 'make_coffee')
    const reply = (tid: string) =>
      broker.next(({ topic, payload }) => topic.endsWith('/services_reply') && body(payload).tid === tid)
    expect(body((await reply('t-1')).payload)).toMatchObject({
      bid: 'b',
      method: 'live_start_push',
      data: { result: 0 },
    })
    expect(body((await reply('t-2')).payload).data.result).not.toBe(0)
  })

  it('acknowledges property/set for each property', async () => {
    await broker.next(({ topic }) => topic === `thing/product/${fleet.dock}/osd`)
    await broker.send(`thing/product/${fleet.dock}/property/set`, { tid: 'p-1', bid: 'b', data: { height_limit: 100 } })
    const reply = await broker.next(({ topic }) => topic.endsWith('property/set_reply'))
    expect(body(reply.payload)).toMatchObject({ tid: 'p-1', data: { height_limit: { result: 0 } } })
  })
})
