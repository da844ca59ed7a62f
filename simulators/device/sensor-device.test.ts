import { afterEach, describe, expect, it } from 'vitest'
import { quiet } from '../testing/quiet.ts'
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts'
import { createSensorDevice, localTime } from './sensor-device.ts'
import type { MessageFault, SensorScript } from './sensor-script.ts'

const base: SensorScript = {
  id: 'river-1',
  kind: 'river',
  name: '测试站',
  location: [120.59, 31.32],
  everySeconds: 5,
  seed: 3,
  signals: { ph: { level: 7.4, noise: 0.02, decimals: 2 }, water_level: { level: 3.7, decimals: 2 } },
}
const readings = 'qly/v1/river/river-1/readings'

let broker: TestBroker
const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  for (const item of running.splice(0)) await item.stop()
  await broker.close()
})

/** Scripts run a hundred times as fast: a reading every 50 ms. */
async function station(faults: MessageFault[] = [], password = 'right-password') {
  broker = await startTestBroker({ 'river-1': 'right-password' })
  const device = createSensorDevice(quiet, {
    script: { ...base, faults },
    mqtt: { url: broker.url, password, version: 4 },
    speed: 100,
  })
  running.push(device)
  await device.start()
  return device
}

describe('a sensor station on a broker', () => {
  it('logs in as itself and publishes readings on its own topic', async () => {
    await station()
    const message = await broker.next(({ topic }) => topic === readings)
    expect(message.client).toBe('river-1')
    const body = JSON.parse(message.payload.toString())
    expect(Object.keys(body.values)).toEqual(['ph', 'water_level'])
    expect(Math.abs(Date.parse(body.at) - Date.now())).toBeLessThan(5000)
    expect(body.location).toEqual([120.59, 31.32])
  })

  it('says that it is online, retained, and says goodbye when stopped', async () => {
    const device = await station()
    const online = await broker.next(({ topic, payload }) => topic.endsWith('/status') && payload.includes('online'))
    expect(online.retain).toBe(true)
    await device.stop()
    await broker.next(({ topic, payload }) => topic.endsWith('/status') && payload.includes('offline'))
  })

  it('leaves its last will when the connection is lost, and comes back', async () => {
    await station([{ from: 20, to: 60, kind: 'offline' }])
    const will = await broker.next(
      ({ topic, payload }) => topic.endsWith('/status') && payload.includes('connection lost'),
    )
    expect(will.retain).toBe(true)
    const before = broker.published.length
    await broker.next((message) => message.topic === readings && broker.published.indexOf(message as never) >= before)
  })

  it('sends garbage, duplicates and a wrong clock where its script says so', async () => {
    await station([
      { from: 0, to: 1e9, kind: 'duplicate' },
      { from: 0, to: 40, kind: 'garbage' },
      { from: 0, to: 1e9, kind: 'skew', seconds: 86_400 },
    ])
    await broker.next(({ topic, payload }) => topic === readings && payload.toString() === '{"at": "20')
    const late = await broker.next(({ topic, payload }) => topic === readings && payload.includes('values'))
    expect(Date.parse(JSON.parse(late.payload.toString()).at) - Date.now()).toBeGreaterThan(86_000_000)
    await broker.next((message) => message.payload.equals(late.payload) && message !== late)
  })

  it('keeps trying where its password is refused, says so once, and publishes nothing', async () => {
    broker = await startTestBroker({ 'river-1': 'right-password' })
    const complaints: object[] = []
    const { promise: complained, resolve } = Promise.withResolvers<void>()
    const logger = {
      ...quiet.logger,
      warn: (details: object) => {
        complaints.push(details)
        resolve()
      },
    }
    const mqtt = { url: broker.url, password: 'wrong-password', version: 4 } as const
    const device = createSensorDevice({ ...quiet, logger }, { script: base, mqtt, speed: 100 })
    running.push(device)
    await device.start()
    await complained
    expect(complaints).toMatchObject([{ device: 'river-1' }])
    expect(broker.published).toEqual([])
  })
})

describe('local time', () => {
  it('is that of Suzhou', () => {
    expect(localTime(Date.parse('2020-06-28T06:30:00Z'))).toEqual({ hour: 14.5, weekend: true })
    expect(localTime(Date.parse('2020-06-29T16:00:00Z'))).toEqual({ hour: 0, weekend: false })
  })
})
