// Who gets in, and what they may do, through real clients.

import { afterEach, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { commandIssuedV1 } from '../contracts/events/command-issued-v1.ts'
import { hashPassword } from './access/password-hash.ts'
import { openPlant, type Plant, passwordOf } from './testing/device-plant.ts'

let plant: Plant
afterEach(() => plant.close())

const issue = (action: string, targetId: string, more: Record<string, unknown> = {}, roles = ['admin']) => {
  const commandId = `${action}-${targetId}-${JSON.stringify(more).length}`
  return plant.bus.publish([
    {
      topic: 'qly.command.v1',
      event: createEvent(
        commandIssuedV1,
        { source: '/api', id: commandId, time: '2020-06-28T06:00:00.000Z' },
        {
          commandId,
          target: 'device',
          targetId,
          action,
          by: 'anna',
          roles,
          at: '2020-06-28T06:00:00.000Z',
          arguments: more,
        },
      ),
    },
  ])
}
const answers = (count: number) => plant.until('qly.answer.v1', (all) => all.length === count)

describe('log-in', () => {
  it.each([4, 5] as const)(
    'refuses anonymous, unknown and wrong, with the reason (MQTT %i)',
    async (protocolVersion) => {
      plant = await openPlant()
      const codes = protocolVersion === 4 ? { none: 5, wrong: 4 } : { none: 0x87, wrong: 0x86 }
      const anonymous = plant.connect('river-01', {
        protocolVersion,
        username: undefined as never,
        password: undefined as never,
      })
      await expect(anonymous).rejects.toMatchObject({ code: codes.none })
      await expect(plant.connect('nobody', { protocolVersion })).rejects.toMatchObject({ code: codes.wrong })
      await expect(plant.connect('river-01', { protocolVersion, password: 'river-01-secreT' })).rejects.toMatchObject({
        code: codes.wrong,
      })
      await plant.connect('river-01', { protocolVersion })
    },
  )

  it('is limited by address after failures; credentials that were right before still get in', async () => {
    plant = await openPlant({
      yaml: `devices: [{ id: river-01, kind: river, password: river-01-secret }, { id: river-02, kind: river, password: river-02-secret }]
mqtt: { port: 0, failedLoginsPerMinute: 3 }`,
    })
    await (await plant.connect('river-01')).endAsync()
    for (let round = 0; round < 3; round++)
      await expect(plant.connect('river-02', { password: 'guess-guess' })).rejects.toMatchObject({ code: 4 })
    await expect(plant.connect('river-02', { protocolVersion: 5 })).rejects.toMatchObject({ code: 0x9f })
    await plant.connect('river-01')
  })

  it('refuses a client id that another device uses, and a last will on a foreign topic', async () => {
    plant = await openPlant()
    await plant.connect('river-01', { clientId: 'mine' })
    await expect(plant.connect('river-02', { clientId: 'mine' })).rejects.toMatchObject({ code: 2 })
    const will = {
      topic: 'qly/v1/river/river-01/status',
      payload: Buffer.from('offline'),
      qos: 1 as const,
      retain: false,
    }
    await expect(plant.connect('river-02', { will })).rejects.toMatchObject({ code: 5 })
    expect(plant.events.some((event) => event.type === 'cn.qianliyan.letter.died.v1')).toBe(false)
  })

  it('takes no more clients than mqtt.maximumClients', async () => {
    plant = await openPlant({
      yaml: `devices: [{ id: river-01, kind: river, password: river-01-secret }, { id: river-02, kind: river, password: river-02-secret }]
mqtt: { port: 0, maximumClients: 1 }`,
    })
    await plant.connect('river-01')
    await expect(plant.connect('river-02')).rejects.toMatchObject({ code: 3 })
  })
})

describe('rights', () => {
  it('publishing elsewhere ends the connection, an MQTT 5 client is told why, and nothing is stored', async () => {
    const tries = [
      ['river-01', 'qly/v1/river/river-02/readings'],
      ['river-01', 'qly/v1/crowd/river-01/readings'],
      ['river-01', 'qly/v1/events/alert/x'],
      ['river-01', '$SYS/x'],
      ['DOCK1', 'thing/product/DRONE9/osd'],
      ['ticketing', 'qly/v1/events/alert/x'],
    ] as const
    plant = await openPlant()
    for (const [name, topic] of tries)
      for (const protocolVersion of [4, 5] as const) {
        const client = await plant.connect(name, { protocolVersion })
        const told = new Promise<number | undefined>((resolve) =>
          client.once('disconnect', (packet) => resolve(packet.reasonCode)),
        )
        const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
        client.publish(topic, '{"values":{"ph":7}}', { qos: 1 })
        await closed
        if (protocolVersion === 5) expect(await told).toBe(0x87)
      }
    expect(await plant.metric('qianliyan_mqtt_refused_total', { what: 'publish' })).toBe(tries.length * 2)
    expect(plant.events.filter(({ type }) => !type.includes('device'))).toEqual([])
  })

  it('subscribing: devices to what is said to them, subscribers to events, nobody to anything else', async () => {
    plant = await openPlant()
    const device = await plant.connect('DOCK1')
    const subscriber = await plant.connect('ticketing')
    const granted = async (client: typeof device, topic: string) =>
      (await client.subscribeAsync(topic, { qos: 1 }).catch(() => [{ qos: 128 }]))[0]?.qos
    expect(await granted(device, 'thing/product/DOCK1/services')).toBe(1)
    expect(await granted(device, 'thing/product/DOCK1/#')).toBe(1)
    expect(await granted(subscriber, 'qly/v1/events/#')).toBe(1)
    expect(await granted(subscriber, 'qly/v1/events/alert/+')).toBe(1)
    for (const topic of [
      '#',
      '+/+/+/#',
      'thing/product/DOCK2/services',
      'thing/product/+/services',
      'qly/v1/events/#',
      '$SYS/#',
    ])
      expect([topic, await granted(device, topic)]).toEqual([topic, 128])
    for (const topic of ['#', 'qly/v1/#', 'qly/v1/river/river-01/readings', 'thing/product/#', '$SYS/#'])
      expect([topic, await granted(subscriber, topic)]).toEqual([topic, 128])
  })

  it('a gateway publishes for its configured sub-device, and for those that it has named, until it names them no more', async () => {
    plant = await openPlant()
    const osd = JSON.stringify({ timestamp: 1_598_411_295_123, data: { elevation: 12 } })
    const dock2 = await plant.connect('DOCK2')
    await dock2.publishAsync('thing/product/DRONE9/osd', osd, { qos: 1 })
    const dock1 = await plant.connect('DOCK1')
    const topology = (devices: string[], tid: string) =>
      dock1.publishAsync(
        'sys/product/DOCK1/status',
        JSON.stringify({
          tid,
          method: 'update_topo',
          data: { domain: '3', sub_devices: devices.map((sn) => ({ sn })) },
        }),
        { qos: 1 },
      )
    // DRONE9 is bound to DOCK2 by configuration, river-01 has a credential of its own: naming them gives no right
    await topology(['DRONE7', 'DRONE9', 'river-01'], 't1')
    await dock1.publishAsync('thing/product/DRONE7/osd', osd, { qos: 1 })
    const stored = await plant.until('qly.reading.v1', (all) => all.length === 2)
    expect(stored.map(({ data }) => data.deviceId).sort()).toEqual(['DRONE7', 'DRONE9'])
    await topology([], 't2')
    const closed = new Promise<void>((resolve) => dock1.once('close', () => resolve()))
    dock1.publish('thing/product/DRONE7/osd', osd, { qos: 1 })
    await closed
  })
})

describe('devices made through the API', () => {
  it('get a password once, log in with it, and are out when revoked', async () => {
    plant = await openPlant()
    await issue('register', 'odour-09', { kind: 'odour', name: 'Yard 9', location: [120.6, 31.3] })
    const [registered] = await answers(1)
    expect(registered?.data).toMatchObject({ accepted: true, result: { deviceId: 'odour-09', kind: 'odour' } })
    const { password } = registered!.data.result as { password: string }
    expect(password).toHaveLength(32)
    const client = await plant.connect('odour-09', { password })
    await client.publishAsync('qly/v1/odour/odour-09/readings', '{"values":{"nh3_ppm":0.2}}', { qos: 1 })
    const [twin] = await plant.until('qly.device.v1', (all) => all.some(({ data }) => data.deviceId === 'odour-09'))
    expect(twin?.data).toMatchObject({ kind: 'odour', location: [120.6, 31.3], patch: { name: 'Yard 9' } })

    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
    await issue('revoke', 'odour-09')
    await closed
    await expect(plant.connect('odour-09', { password })).rejects.toMatchObject({ code: 4 })
  })

  it('the same command again gives the same answer; a second registration is a conflict; others are told why not', async () => {
    plant = await openPlant()
    await issue('register', 'gas-01', { kind: 'gas' })
    await issue('register', 'gas-01', { kind: 'gas' })
    const [first, second] = await answers(2)
    expect(second?.data).toEqual(first?.data)
    await issue('register', 'gas-01', { kind: 'gas', name: 'another' })
    await issue('register', 'river-01', { kind: 'river' })
    await issue('register', 'gas-02', { kind: 'spaceship' })
    await issue('register', 'gas-02', { kind: 'gas', password: 'written-in-clear' })
    await issue('revoke', 'gas-03')
    await issue('register', 'gas-04', { kind: 'gas' }, ['viewer'])
    await issue('explode', 'gas-01')
    // answers about different devices come in any order: a device is the key of its commands
    const told = (await answers(9)).map(
      ({ data }) => `${data.commandId.replace(/-\d+$/, '')} ${data.code ?? 'accepted'}`,
    )
    expect(told.sort()).toEqual([
      'explode-gas-01 QLY_INPUT_INVALID',
      'register-gas-01 QLY_CONFLICT',
      'register-gas-01 accepted',
      'register-gas-01 accepted',
      'register-gas-02 QLY_INPUT_INVALID',
      'register-gas-02 QLY_INPUT_INVALID',
      'register-gas-04 QLY_FORBIDDEN',
      'register-river-01 QLY_CONFLICT',
      'revoke-gas-03 QLY_DEVICE_UNKNOWN',
    ])
  })

  it('survive a restart, with a password hash that the caller made', async () => {
    plant = await openPlant()
    await issue('register', 'noise-01', { kind: 'noise', passwordHash: await hashPassword(passwordOf('noise-01')) })
    await answers(1)
    await plant.close({ keepData: true })
    plant = await openPlant({ directory: plant.directory })
    await plant.connect('noise-01')
  })
})
