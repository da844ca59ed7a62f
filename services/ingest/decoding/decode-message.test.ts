// Device messages decoded: DJI's topic families with DJI's own examples, and status.
import { describe, expect, it } from 'vitest'
import { createDeviceKnowledge } from '../device-knowledge.ts'
import { config, dataOf, decode, receivedAt, taken } from '../testing/decode-with.ts'

describe('DJI osd and state', () => {
  it('a dock body is a part of its twin, with unknown keys, and a weather reading', () => {
    const body = {
      tid: '43d2e632',
      bid: '7578f2ac',
      timestamp: 1_667_220_916_697,
      gateway: 'DOCK7',
      data: {
        drone_in_dock: 1,
        rainfall: 0,
        wind_speed: 0.4,
        environment_temperature: 24,
        temperature: 24.9,
        humidity: 62,
        latitude: 22.907809968,
        longitude: 113.703482143,
        height: 34.17,
        sub_device: { device_sn: '1581F5BKD225D00BP891' },
        brand_new_key: { a: [1, 'two'] },
      },
    }
    const [twin, reading] = dataOf(taken('thing/product/DOCK7/osd', body))
    expect(twin).toMatchObject({
      deviceId: 'DOCK7',
      kind: 'dock',
      status: 'online',
      at: '2022-10-31T12:55:16.697Z',
      location: [113.703482143, 22.907809968],
    })
    expect(twin?.patch).toEqual(body.data)
    expect(twin).not.toHaveProperty('gatewayId')
    expect(reading?.values).toEqual({
      air_temperature: 24,
      cabinet_temperature: 24.9,
      humidity: 62,
      wind_speed: 0.4,
      rainfall_level: 0,
    })
  })

  it('aircraft bodies with different fields become patches with only those fields', () => {
    const first = taken('thing/product/DRONE9/osd', {
      timestamp: 1_667_220_873_846,
      gateway: 'DOCK2',
      data: { battery: { capacity_percent: '81' }, elevation: 12.5, horizontal_speed: 3 },
    })
    const [twin, reading] = dataOf(first)
    expect(twin).toMatchObject({ deviceId: 'DRONE9', kind: 'drone', gatewayId: 'DOCK2' })
    expect(twin?.patch).toEqual({ battery: { capacity_percent: '81' }, elevation: 12.5, horizontal_speed: 3 })
    expect(reading).toMatchObject({
      values: { battery_percent: 81, elevation: 12.5, horizontal_speed: 3 },
      altitudeMetres: 12.5,
    })
    const second = dataOf(
      taken('thing/product/DRONE9/state', { timestamp: 1_667_220_873_847, data: { firmware_version: '1' } }),
    )
    expect(second).toHaveLength(1)
    expect(second[0]?.patch).toEqual({ firmware_version: '1' })
  })

  it('no fix is no place; coordinates that are none are taken out and named', () => {
    const at = (data: object) => dataOf(taken('thing/product/DRONE9/osd', { data }))[0]
    expect(at({ latitude: 0, longitude: 0 })).not.toHaveProperty('location')
    const wild = at({
      home_latitude: 26_836_624.6,
      home_longitude: 120.5,
      latitude: 31.3,
      longitude: 120.6,
      '81-0-0': { measure_target_longitude: '400' },
    })
    expect(wild).toMatchObject({ location: [120.6, 31.3] })
    expect(wild?.patch).toEqual({
      home_longitude: 120.5,
      latitude: 31.3,
      longitude: 120.6,
      '81-0-0': {},
      refused_coordinates: { home_latitude: 26_836_624.6, '81-0-0.measure_target_longitude': '400' },
    })
  })

  it('the same tid with another body is another message, the same bytes are the same', () => {
    const body = (elevation: number) => ({ tid: '0', timestamp: 5_000_000_000_000, data: { elevation } })
    const identity = (elevation: number) => taken('thing/product/DRONE9/osd', body(elevation)).identity
    expect(identity(1)).not.toBe(identity(2))
    expect(identity(1)).toBe(identity(1))
  })
})

describe('DJI events, requests, topology', () => {
  it('an event is answered with the same tid, bid and method; file_upload_callback as DJI writes it', () => {
    const body = {
      bid: 'b-1',
      tid: 't-1',
      gateway: 'DOCK2',
      need_reply: 1,
      'timestamp:': 1_654_070_968_655,
      method: 'file_upload_callback',
      data: {
        file: {
          metadata: {
            create_time: '2021-05-10 16:04:20',
            gimbal_yaw_degree: '-91.40',
            shoot_position: { lat: 22.1, lng: 122.5 },
          },
          name: 'dog.jpeg',
          object_key: 'k',
        },
      },
    }
    const decoded = taken('thing/product/DOCK2/events', body)
    expect(dataOf(decoded)[0]).toMatchObject({
      deviceId: 'DOCK2',
      at: '2022-06-01T08:09:28.655Z',
      patch: { events: { file_upload_callback: body.data } },
    })
    expect(decoded.answers).toEqual([
      {
        topic: 'thing/product/DOCK2/events_reply',
        body: {
          tid: 't-1',
          bid: 'b-1',
          gateway: 'DOCK2',
          method: 'file_upload_callback',
          timestamp: receivedAt,
          data: { result: 0 },
        },
      },
    ])
    expect(decoded.identity).toBe('events:file_upload_callback/t-1')
    expect(taken('thing/product/DOCK2/events', { ...body, need_reply: 0 }).answers).toEqual([])
  })

  it.each([
    ['hms', { list: [{ level: 1, code: '0x16100083', imminent: 1 }] }],
    ['flighttask_progress', { result: 0, output: { status: 'success', progress: { percent: 30 } } }],
  ])('%s goes into the twin under its name', (method, data) => {
    const [twin] = dataOf(taken('thing/product/DOCK2/events', { tid: 't', method, data }))
    expect(twin).toMatchObject({ kind: 'dock', patch: { events: { [method]: data } } })
  })

  it.each([
    ['storage_config_get', { module: 0 }, { result: 501 }],
    ['config', { config_type: 'json' }, { result: 501 }],
    ['flight_areas_get', null, { result: 0, output: { files: [] } }],
    ['offline_map_get', {}, { result: 0, output: { offline_map_enable: false, files: [] } }],
    [
      'airport_organization_get',
      { organization_id: '12', device_binding_code: 'hush-hush' },
      { result: 0, output: { organization_name: 'Huqiu' } },
    ],
    ['airport_organization_get', { organization_id: '12', device_binding_code: 'guess' }, { result: 400 }],
    [
      'airport_organization_bind',
      { bind_devices: [{ sn: 'DOCK2', organization_id: '12', device_binding_code: 'guess' }] },
      { result: 0, output: { err_infos: [{ sn: 'DOCK2', err_code: 400 }] } },
    ],
    ['something_new', {}, { result: 404 }],
  ])('the request %s is answered, never met with silence', (method, data, expected) => {
    const decoded = taken('thing/product/DOCK2/requests', { tid: 't', bid: 'b', method, data })
    expect(decoded.events).toEqual([])
    expect(decoded.answers).toEqual([
      {
        topic: 'thing/product/DOCK2/requests_reply',
        body: { tid: 't', bid: 'b', method, timestamp: receivedAt, data: expected },
      },
    ])
  })

  it('update_topo brings aircraft online and takes them away; secrets stay out', () => {
    const knowledge = createDeviceKnowledge(config)
    const topology = (devices: object[]) => ({
      tid: String(devices.length),
      bid: 'b',
      method: 'update_topo',
      data: { domain: '3', type: 1, device_secret: 'hush', nonce: 'n', sub_devices: devices },
    })
    const came = taken(
      'sys/product/DOCK7/status',
      topology([{ sn: 'DRONE7', domain: '0', index: 'A', device_secret: 'hush' }]),
      knowledge,
    )
    expect(dataOf(came)).toMatchObject([
      { deviceId: 'DOCK7', kind: 'dock', status: 'online' },
      {
        deviceId: 'DRONE7',
        kind: 'drone',
        status: 'online',
        gatewayId: 'DOCK7',
        patch: { sn: 'DRONE7', domain: '0', index: 'A' },
      },
    ])
    expect(JSON.stringify(came.events)).not.toContain('hush')
    expect(came.answers[0]).toMatchObject({
      topic: 'sys/product/DOCK7/status_reply',
      body: { method: 'update_topo', data: { result: 0 } },
    })
    for (const each of came.learnt ?? []) knowledge.learn(each)
    const gone = taken('sys/product/DOCK7/status', topology([]), knowledge)
    expect(dataOf(gone)[1]).toMatchObject({ deviceId: 'DRONE7', status: 'offline', gatewayId: 'DOCK7' })
    expect(gone.left).toEqual(['DRONE7'])
  })
})

describe('status and pictures', () => {
  it.each([
    ['offline', { status: 'offline' }],
    [
      '{"status":"stopped","reason":"maintenance","at":1593324000000,"firmware":"1.2"}',
      { status: 'stopped', reason: 'maintenance', at: '2020-06-28T06:00:00.000Z', patch: { firmware: '1.2' } },
    ],
    ['"online"', { status: 'online' }],
  ])('reads the status %s', (payload, expected) => {
    expect(dataOf(taken('qly/v1/river/r-1/status', payload))[0]).toMatchObject({
      deviceId: 'r-1',
      kind: 'river',
      ...expected,
    })
  })

  it('takes JPEGs of cameras by their topic, with the time from MQTT 5', () => {
    const jpeg = Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3, 0xff, 0xd9])
    const [picture] = dataOf(
      taken('kitchens/1/snapshot', jpeg, undefined, { userProperties: { at: '2020-06-28T06:00:00.000Z' } }),
    )
    expect(picture).toMatchObject({
      cameraId: 'kitchen-1',
      capturedAt: '2020-06-28T06:00:00.000Z',
      base64: jpeg.toString('base64'),
    })
    expect(dataOf(taken('qly/v1/cctv/cam-9/image', jpeg))[0]).toMatchObject({ cameraId: 'cam-9' })
    expect(decode('qly/v1/cctv/cam-9/image', jpeg.subarray(0, 7))).toMatchObject({
      reason: expect.stringMatching(/cut off/) as string,
    })
    expect(
      decode('qly/v1/cctv/cam-9/image', Buffer.concat([jpeg.subarray(0, 7), Buffer.alloc(4 * 1024 * 1024)])),
    ).toMatchObject({ code: 'QLY_PAYLOAD_TOO_LARGE' })
  })
})
