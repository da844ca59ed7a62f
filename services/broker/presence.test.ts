// Online and offline: last will, keepalive, clean end, takeover, restart.
import { afterEach, describe, expect, it } from 'vitest'
import { openPlant, type Plant } from './testing/device-plant.ts'

let plant: Plant
/** what a busy machine may add to 1.5 × the keepalive of one second */
const slackMs = 3000
afterEach(() => plant.close())

const statuses = (deviceId: string) =>
  plant.events.flatMap((event) =>
    event.type === 'cn.qianliyan.device.changed.v1' && event.data.deviceId === deviceId ? [event.data] : [],
  )
const untilStatus = (deviceId: string, status: string) =>
  plant.until('qly.device.v1', (all) => all.some(({ data }) => data.deviceId === deviceId && data.status === status))

describe('presence', () => {
  it.each([4, 5] as const)(
    'a silent device is offline within 1.5 × its keepalive, and its last will is stored (MQTT %i)',
    async (protocolVersion) => {
      plant = await openPlant()
      const will = {
        topic: 'qly/v1/river/river-01/status',
        payload: Buffer.from('{"status":"offline","reason":"power lost"}'),
        qos: 1 as const,
        retain: false,
      }
      const client = await plant.connect('river-01', { protocolVersion, keepalive: 1, will })
      await untilStatus('river-01', 'online')
      const since = performance.now()
      // the process is frozen, so to speak: nothing is sent any more, the connection stays open
      client.keepaliveManager?.destroy()
      await plant.until(
        'qly.device.v1',
        () => statuses('river-01').filter(({ status }) => status === 'offline').length === 2,
      )
      expect(performance.now() - since).toBeLessThan(1500 + slackMs)
      const reasons = statuses('river-01').map(({ reason }) => reason)
      expect(reasons).toContain('power lost')
      expect(reasons.some((reason) => reason?.includes('keepalive'))).toBe(true)
    },
  )

  it('a clean end is offline without last will; a lost connection is offline', async () => {
    plant = await openPlant()
    const will = {
      topic: 'qly/v1/river/river-01/status',
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: false,
    }
    const clean = await plant.connect('river-01', { will })
    await untilStatus('river-01', 'online')
    await clean.endAsync()
    await untilStatus('river-01', 'offline')
    const lost = await plant.connect('river-02')
    await untilStatus('river-02', 'online')
    lost.stream.destroy()
    await untilStatus('river-02', 'offline')
    expect(statuses('river-01').map(({ status }) => status)).toEqual(['online', 'offline'])
  })

  it('a takeover is no absence, and no last will goes out', async () => {
    plant = await openPlant()
    const will = {
      topic: 'qly/v1/river/river-01/status',
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: false,
    }
    const first = await plant.connect('river-01', { will, protocolVersion: 5 })
    const told = new Promise<number | undefined>((resolve) =>
      first.once('disconnect', (packet) => resolve(packet.reasonCode)),
    )
    const second = await plant.connect('river-01', { will })
    expect(await told).toBe(0x8e)
    await second.publishAsync('qly/v1/river/river-01/readings', '{"values":{"ph":7}}', { qos: 1 })
    await plant.until('qly.reading.v1', (all) => all.length === 1)
    expect(statuses('river-01').map(({ status }) => status)).toEqual(['online'])
  })

  it('with a gateway go the aircraft behind it', async () => {
    plant = await openPlant()
    const dock = await plant.connect('DOCK1')
    await dock.publishAsync(
      'sys/product/DOCK1/status',
      JSON.stringify({
        tid: 't',
        method: 'update_topo',
        data: { sub_devices: [{ sn: 'DRONE7', device_secret: 'hush' }] },
      }),
      { qos: 1 },
    )
    await untilStatus('DRONE7', 'online')
    expect(JSON.stringify(statuses('DRONE7'))).not.toContain('hush')
    dock.stream.destroy()
    await untilStatus('DRONE7', 'offline')
    expect(statuses('DRONE7').at(-1)).toMatchObject({ kind: 'drone', gatewayId: 'DOCK1', status: 'offline' })
  })

  it('stopping the broker makes nobody absent', async () => {
    plant = await openPlant()
    await plant.connect('river-01')
    await untilStatus('river-01', 'online')
    await plant.broker.stop()
    expect(statuses('river-01').map(({ status }) => status)).toEqual(['online'])
  })
})
