// The whole city against a real broker and our own RTSP server: every device speaks, every camera is published.

import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { afterEach, describe, expect, it } from 'vitest'
import { CameraConfig, DeviceConfig } from '../../services/contracts/config/cameras.ts'
import { RtspConfig } from '../../services/contracts/config/engines.ts'
import { systemClock } from '../../services/kernel/clock/system-clock.ts'
import { silentLogger } from '../../services/kernel/logging/logger.ts'
import { createMetrics } from '../../services/kernel/metrics/metrics.ts'
import { createRtspServer, type RtspServer } from '../../services/media/rtsp-server/rtsp-server.ts'
import { quiet } from '../testing/quiet.ts'
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts'
import { createCity } from './city.ts'
import { passwordsOf } from './passwords.ts'
import { simulatedCity } from './simulated-city.ts'

const { cameras, devices } = simulatedCity()
const simulators = { enabled: true, seed: 20_200_628, speed: 1 }

let broker: TestBroker | undefined
let server: RtspServer | undefined
let city: ReturnType<typeof createCity> | undefined
afterEach(async () => {
  await city?.stop()
  await server?.stop()
  await broker?.close()
})

describe('the configuration of the city', () => {
  it('fits the schema, with unique ids, places in the map box and a device for each camera', () => {
    expect([...Compile(Type.Array(CameraConfig)).Errors(cameras)]).toEqual([])
    expect([...Compile(Type.Array(DeviceConfig)).Errors(devices)]).toEqual([])
    expect(new Set(devices.map(({ id }) => id)).size).toBe(devices.length)
    for (const { id } of cameras) expect(devices.map((device) => device.id)).toContain(id)
    for (const { location } of [...cameras, ...devices]) {
      if (!location) continue
      expect(location[0]).toBeGreaterThan(120.56)
      expect(location[0]).toBeLessThan(120.615)
      expect(location[1]).toBeGreaterThan(31.305)
      expect(location[1]).toBeLessThan(31.35)
    }
  })
})

describe('the city', () => {
  it('has every device speak over MQTT and every street camera published over RTSP', async () => {
    const passwords = passwordsOf({ password: 'city-password' }, devices)
    broker = await startTestBroker(passwords)
    const published = Promise.withResolvers<void>()
    const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
    const expected = new Set(cameras.filter(({ source }) => source.startsWith('rtsp')).map(({ id }) => id))
    server = createRtspServer(
      deps,
      { ...(Value.Default(RtspConfig, {}) as RtspConfig), port: 0, bind: '127.0.0.1' },
      {
        verify: ({ path, user, matches }) => {
          const right = user === path && matches(passwords[user] ?? '')
          if (right) expected.delete(path)
          if (expected.size === 0) published.resolve()
          return right
        },
      },
    )
    await server.start()
    city = createCity(quiet, {
      config: { simulators },
      mqttUrl: broker.url,
      rtspUrl: `rtsp://127.0.0.1:${server.port}`,
      passwords,
      mqttVersion: 4,
    })
    await city.start()
    const uplink = { dock: 'osd', drone: 'osd', kitchen: 'image' } as Record<string, string>
    const speakers = devices.filter(({ kind }) => kind !== 'cctv' && kind !== 'drone')
    for (const { id, kind } of speakers)
      await broker.next(({ topic }) => topic.includes(`/${id}/`) && topic.endsWith(`/${uplink[kind] ?? 'readings'}`))
    const picture = await broker.next(({ topic }) => topic.endsWith('/image'))
    expect(picture.payload.subarray(0, 3)).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
    await published.promise
  }, 60_000)
})

describe('passwords', () => {
  it('must be given', () => {
    expect(() => passwordsOf({}, devices)).toThrow(/--config FILE or --password/)
  })
})
