// The API through its own door: HTTP requests and event streams against a running service on the embedded engines.
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { type CommandIssued, commandAnsweredV1 } from '../contracts/events/command-issued-v1.ts'
import { deviceChangedV1 } from '../contracts/events/device-changed-v1.ts'
import { letterDiedV1 } from '../contracts/events/letter-died-v1.ts'
import { ticketChangedV1 } from '../contracts/events/ticket-changed-v1.ts'
import { createApiService } from './api-service.ts'
import { type ApiPlant, startApiPlant } from './testing/api-plant.ts'
import { toldAlert as alert } from './testing/told.ts'

let plant: ApiPlant
beforeAll(async () => {
  plant = await startApiPlant()
})
afterAll(() => plant.stop())

const eventually = (check: () => Promise<void>) =>
  expect.poll(() => check().then(() => true), { timeout: 5000 }).toBe(true)

describe('who may come in', () => {
  it('is told the first login once, may log in with it and out again', async () => {
    expect(plant.api.firstLogin).toMatchObject({
      user: 'admin',
      password: expect.stringMatching(/^([a-z2-9]{5}-){3}[a-z2-9]{5}$/),
    })
    const { body, headers } = await plant.post('/api/v1/login', plant.api.firstLogin, null)
    expect(headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Strict/)
    expect((await plant.call('/api/v1/me', { token: body.token })).body).toEqual({ name: 'admin', roles: ['admin'] })
    expect((await plant.call('/api/v1/logout', { method: 'POST', token: body.token })).status).toBe(204)
    expect((await plant.call('/api/v1/me', { token: body.token })).status).toBe(401)
  })

  it('is refused without a credential, with a wrong one, and for what the role does not allow', async () => {
    expect(await plant.call('/api/v1/alerts', { token: null })).toMatchObject({
      status: 401,
      body: { error: { code: 'QLY_UNAUTHENTICATED' } },
    })
    expect((await plant.call('/api/v1/alerts', { token: 'qly_wrong' })).status).toBe(401)
    expect((await plant.post('/api/v1/login', { user: 'admin', password: 'wrong' }, null)).status).toBe(401)
    const { body: viewer } = await plant.post('/api/v1/users', { name: 'eye', roles: ['viewer'] })
    const { body: session } = await plant.post('/api/v1/login', { user: 'eye', password: viewer.password }, null)
    expect((await plant.call('/api/v1/alerts', { token: session.token })).status).toBe(200)
    const refused = await plant.post('/api/v1/alerts/x/ack', {}, session.token)
    expect(refused).toMatchObject({
      status: 403,
      body: { error: { code: 'QLY_FORBIDDEN', message: expect.stringContaining('operator') } },
    })
    await plant.call('/api/v1/users/eye', {
      method: 'PATCH',
      body: '{"disabled":true}',
      headers: { 'content-type': 'application/json' },
    })
    expect((await plant.call('/api/v1/alerts', { token: session.token })).status).toBe(401)
  })

  it('cannot change anything by a cookie that a foreign page made the browser send', async () => {
    const { body } = await plant.post('/api/v1/login', plant.api.firstLogin, null)
    const cookie = `qly_session=${body.token}`
    const options = { method: 'POST', token: null, body: '{}', headers: { cookie, 'content-type': 'application/json' } }
    expect((await plant.call('/api/v1/alerts', { token: null, headers: { cookie } })).status).toBe(200)
    expect((await plant.call('/api/v1/silences', options)).status).toBe(401)
    const own = await plant.call('/api/v1/logout', {
      method: 'POST',
      token: null,
      headers: { cookie, 'x-requested-with': 'console' },
    })
    expect(own.status).toBe(204)
  })

  it('leaves a trail of what was done', async () => {
    await plant.post('/api/v1/users', { name: 'ticket-system', roles: ['subscriber'] })
    const { body: token } = await plant.post('/api/v1/tokens', { user: 'ticket-system', label: '12345' })
    expect((await plant.call('/api/v1/tickets', { token: token.token })).status).toBe(200)
    const { body } = await plant.call('/api/v1/audit?limit=2')
    expect(body.items.map(({ action }: { action: string }) => action)).toEqual(['token.create', 'user.create'])
    expect(JSON.stringify((await plant.call('/api/v1/tokens')).body)).not.toContain(token.token)
  })
})

describe('what is asked for', () => {
  it('pages through lists without gap or repeat while new ones arrive', async () => {
    const opened = (minute: number) => new Date(Date.parse('2020-06-28T06:00:00Z') + minute * 60_000).toISOString()
    await plant.kernel.bus.publish(
      Array.from({ length: 25 }, (_, n) => alert(`page-${n}`, { kind: 'noise', openedAt: opened(n) })),
    )
    await eventually(async () =>
      expect((await plant.call('/api/v1/alerts?kind=noise&limit=200')).body.items).toHaveLength(25),
    )
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await plant.call(`/api/v1/alerts?kind=noise&limit=10${cursor}`)
      seen.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.nextCursor ? `&cursor=${body.nextCursor}` : ''
      await plant.kernel.bus.publish([
        alert(`late-${seen.length}`, { kind: 'noise', openedAt: opened(1000 + seen.length) }),
      ])
    } while (cursor !== '')
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `page-${24 - n}`))
  })

  it.each([
    ['/api/v1/alerts?limit=0', 400],
    ['/api/v1/alerts?cursor=zzz', 400],
    ['/api/v1/alerts?from=yesterday', 400],
    ['/api/v1/alerts/nothing', 404],
    ['/api/v1/cameras/nothing', 404],
    ['/api/v1/evidence/../../etc/passwd', 404],
    ['/api/v1/evidence/..%2f..%2fetc%2fpasswd', 400],
    ['/api/v1/series?measurement=reading&field=ph&from=2020-01-02T00:00:00Z&to=2020-01-01T00:00:00Z', 400],
    ['/api/v1/nothing', 404],
  ])('answers %s with %i and a code', async (route, status) => {
    const answer = await plant.call(route)
    expect(answer).toMatchObject({
      status,
      body: { error: { code: expect.stringMatching(/^QLY_/), message: expect.any(String) } },
    })
  })

  it('merges the parts of a device into its twin, and hides the credentials of cameras', async () => {
    const at = '2020-06-28T06:00:00.000Z'
    const change = (data: object, n: number) => ({
      topic: 'qly.device.v1' as const,
      event: createEvent(
        deviceChangedV1,
        { source: '/t', id: `d${n}`, time: at },
        { deviceId: 'drone-1', kind: 'drone', at, ...data },
      ),
    })
    await plant.kernel.bus.publish([
      change(
        { status: 'online', patch: { mode_code: 5, battery: { capacity_percent: 81 }, unknown_key: { a: 1 } } },
        1,
      ),
      change({ patch: { battery: { remain_flight_time: 900 }, latitude: 31.336 }, location: [120.575, 31.336] }, 2),
    ])
    await eventually(async () => {
      const { body } = await plant.call('/api/v1/devices/drone-1')
      expect(body).toMatchObject({
        status: 'online',
        location: [120.575, 31.336],
        twin: { mode_code: 5, battery: { capacity_percent: 81, remain_flight_time: 900 }, unknown_key: { a: 1 } },
      })
    })
    const { body } = await plant.call('/api/v1/cameras')
    expect(body.items[0].source).toBe('rtsp://***@10.0.0.9/s')
  })

  it('shows what is wrong with the view of a camera, and asks its worker for what a person says of it', async () => {
    const at = '2020-06-28T06:00:00.000Z'
    const figures = { state: 'online', since: at, fps: 5, kbps: 800 }
    const patch = { viewFaults: ['moved'], zonesSuspended: true, health: { detect: figures, record: figures } }
    const data = { deviceId: 'cam-1', kind: 'cctv' as const, at, patch }
    const event = createEvent(deviceChangedV1, { source: '/t', id: 'view-1', time: at }, data)
    await plant.kernel.bus.publish([{ topic: 'qly.device.v1', event }])
    await eventually(async () => {
      expect((await plant.call('/api/v1/cameras/cam-1')).body).toMatchObject(patch)
    })
    const failing = { deviceId: 'cam-1', kind: 'cctv' as const, at, patch: { recording: 'failing' } }
    const later = createEvent(deviceChangedV1, { source: '/t', id: 'view-2', time: at }, failing)
    await plant.kernel.bus.publish([{ topic: 'qly.device.v1', event: later }])
    await eventually(async () => {
      const { health } = (await plant.call('/api/v1/cameras/cam-1')).body
      expect([health.detect.state, health.record.state]).toEqual(['online', 'stalled'])
    })
    const asked: CommandIssued[] = []
    const worker = await plant.kernel.bus.tail(
      { topics: ['qly.command.v1'], from: 'latest' },
      async ({ event: { data } }) => {
        if (data.target !== 'camera') return
        asked.push(data)
        const result = { viewFaults: [], zonesSuspended: false }
        const answer = { commandId: data.commandId, accepted: true, result }
        const told = createEvent(commandAnsweredV1, { source: '/media', time: data.at }, answer)
        await plant.kernel.bus.publish([{ topic: 'qly.answer.v1', event: told }])
      },
    )
    expect(await plant.post('/api/v1/cameras/cam-1/view', {})).toMatchObject({
      status: 200,
      body: { viewFaults: [], zonesSuspended: false },
    })
    expect(asked).toMatchObject([{ targetId: 'cam-1', action: 'confirm_view', by: 'admin-token' }])
    const { body: trail } = await plant.call('/api/v1/audit')
    expect(trail.items[0]).toMatchObject({ action: 'camera.confirm_view', target: 'cam-1' })
    await worker.stop()
    expect((await plant.post('/api/v1/cameras/cam-1/view', {})).status).toBe(504)
    expect((await plant.post('/api/v1/cameras/nothing/view', {})).status).toBe(404)
  })

  it('shows what could not be read, with its bytes and the reason', async () => {
    const event = createEvent(letterDiedV1, { source: '/ingest', time: Date.now() }, letterDiedV1.example)
    await plant.kernel.bus.publish([{ topic: 'qly.dead-letter.v1', event }])
    await eventually(async () => {
      const { body } = await plant.call('/api/v1/dead-letters?code=QLY_PAYLOAD_UNREADABLE')
      expect(Buffer.from(body.items[0].base64, 'base64').toString()).toBe('{"temperature":')
    })
  })

  it('takes proof photos as pictures only, upright and without their metadata', async () => {
    const picture = await sharp({ create: { width: 40, height: 20, channels: 3, background: 'red' } })
      .withExif({ IFD0: { Copyright: 'secret' } })
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer()
    const upload = (body: Buffer) =>
      plant.call('/api/v1/evidence', {
        method: 'POST',
        body: new Uint8Array(body),
        headers: { 'content-type': 'image/jpeg' },
      })
    const { status, body: evidence } = await upload(picture)
    expect([status, evidence.role]).toEqual([201, 'proof'])
    const stored = Buffer.from(
      await (
        await fetch(plant.url(evidence.url), { headers: { authorization: `Bearer ${plant.adminToken}` } })
      ).arrayBuffer(),
    )
    expect(await sharp(stored).metadata()).toMatchObject({ width: 20, height: 40 })
    expect(stored.includes('secret')).toBe(false)
    expect(await upload(Buffer.from('no picture'))).toMatchObject({
      status: 400,
      body: { error: { code: 'QLY_INPUT_INVALID' } },
    })
  })
})

describe('the service', () => {
  it('says why it is not ready', async () => {
    expect((await plant.call('/readyz', { token: null })).status).toBe(200)
    plant.state.ready = Promise.reject(new Error('the bus does not answer'))
    plant.state.ready.catch(() => {})
    expect(await plant.call('/readyz', { token: null })).toMatchObject({
      status: 503,
      body: { message: 'the bus does not answer' },
    })
    plant.state.ready = Promise.resolve()
  })

  it('has documents that the official parsers take', async () => {
    const { validate } = await import('@readme/openapi-parser')
    const openapi = (await plant.call('/openapi.json', { token: null })).body
    expect(await validate(openapi)).toMatchObject({ valid: true })
    expect(Object.keys(openapi.paths)).toEqual(
      expect.arrayContaining(['/api/v1/alerts', '/api/v1/tickets/{id}/transitions', '/api/v1/events']),
    )
    const { Parser } = await import('@asyncapi/parser')
    const { document, diagnostics } = await new Parser().parse(
      (await plant.call('/asyncapi.yaml', { token: null })).body,
    )
    expect(diagnostics.filter(({ severity }) => severity === 0)).toEqual([])
    expect(
      document
        ?.channels()
        .all()
        .map((channel) => channel.address()),
    ).toEqual(expect.arrayContaining(['qly.alert.v1', 'qly/v1/events/ticket/{key}']))
  }, 30_000)

  it('limits bodies, and says which port is taken', async () => {
    const large = await plant.post('/api/v1/tickets', { category: 'x'.repeat(2_000_000) })
    expect(large).toMatchObject({ status: 413, body: { error: { code: 'QLY_INPUT_TOO_LARGE' } } })
    const second = createApiService(
      plant.kernel,
      { ...plant.config, http: { ...plant.config.http, port: plant.api.port } },
      { check: () => plant.state.ready },
    )
    await expect(second.start(new AbortController().signal)).rejects.toMatchObject({
      code: 'QLY_PORT_IN_USE',
      message: expect.stringContaining(String(plant.api.port)),
    })
    await second.stop()
  })

  it('serves the console, or says how it is built', async () => {
    const { body } = await plant.call('/', { token: null })
    expect(body).toMatch(/npm run console:build|<!doctype html>/i)
  })

  it('keeps tickets by stage', async () => {
    await plant.kernel.bus.publish([
      {
        topic: 'qly.ticket.v1',
        event: createEvent(ticketChangedV1, { source: '/tickets', time: Date.now() }, ticketChangedV1.example),
      },
    ])
    await eventually(async () => {
      expect((await plant.call('/api/v1/tickets?stage=dispatched')).body.items).toHaveLength(1)
      expect((await plant.call('/api/v1/tickets?stage=closed,void')).body.items).toHaveLength(0)
      const one = (await plant.call(`/api/v1/tickets/${ticketChangedV1.example.ticket.id}`)).body
      expect(one.steps).toHaveLength(1)
    })
  })
})
