// Bad bytes and bad settings: nothing brings the broker down, and what is wrong is said.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { testCertificates } from './testing/certificates.ts'
import { openPlant, type Plant } from './testing/device-plant.ts'

let plant: Plant | undefined
afterEach(async () => {
  await plant?.close()
  plant = undefined
})

const closedAfter = (port: number, bytes: Buffer) =>
  new Promise<void>((resolve) => {
    const socket = connectTcp(port, '127.0.0.1', () => socket.write(bytes))
    socket.on('error', () => undefined)
    socket.resume()
    socket.on('close', () => resolve())
  })

describe('bytes that are no MQTT', () => {
  it('end their connection at once, and others are served', async () => {
    const wrong: Record<string, Buffer> = Object.fromEntries([
      ['HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')],
      ['a PUBLISH before CONNECT', Buffer.from([0x30, 5, 0, 1, 0x61, 1, 2])],
      ['a CONNECT of an unknown version', Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 9, 2, 0, 10, 0, 0])],
      [
        'a CONNECT that lies about its length',
        Buffer.from([0x10, 12, 0, 4, 0x4d, 0x51, 0x54, 0x54, 5, 2, 0, 10, 99, 0]),
      ],
      ['a huge CONNECT', Buffer.concat([Buffer.from([0x10, 0xff, 0xff, 0x7f]), Buffer.alloc(70_000)])],
      ['a length of five bytes', Buffer.from([0x10, 0xff, 0xff, 0xff, 0xff, 0x7f])],
    ])
    plant = await openPlant()
    for (const bytes of Object.values(wrong)) await closedAfter(plant.broker.port, bytes)
    const client = await plant.connect('river-01')
    await client.publishAsync('qly/v1/river/river-01/readings', '{"values":{"ph":7}}', { qos: 1 })
  })

  it('random bytes after a good log-in: the broker lives on', async () => {
    plant = await openPlant()
    let seed = 42
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
      return seed
    }
    for (let round = 0; round < 15; round++) {
      const client = await plant.connect('river-01', {
        protocolVersion: round % 2 === 0 ? 4 : 5,
        clientId: `r${round}`,
      })
      const gone = new Promise<void>((resolve) => client.stream.once('close', () => resolve()))
      client.stream.write(Buffer.from(Array.from({ length: 300 }, () => (random() >> 8) & 0xff)))
      client.stream.end()
      await gone
    }
    const client = await plant.connect('river-01')
    await client.publishAsync('qly/v1/river/river-01/readings', '{"values":{"ph":7}}', { qos: 1 })
  })
})

describe('settings', () => {
  it('a port in use is said with the setting to change', async () => {
    const taken = createServer()
    const port = await new Promise<number>((resolve) =>
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as { port: number }).port)),
    )
    const opening = openPlant({ yaml: `mqtt: { port: ${port} }` })
    await expect(opening).rejects.toMatchObject({
      code: 'QLY_PORT_IN_USE',
      message: expect.stringContaining('mqtt.port') as string,
    })
    taken.close()
  })

  it('a certificate that cannot be read is said', async () => {
    const opening = openPlant({
      yaml: 'mqtt: { port: 0, tls: { port: 0, certificate: /nowhere/a.pem, key: /nowhere/b.pem } }',
    })
    await expect(opening).rejects.toMatchObject({
      code: 'QLY_CONFIG_INVALID',
      message: expect.stringContaining('mqtt.tls.certificate') as string,
    })
  })

  it('TLS, with client certificates where an authority is set', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'qly-tls-'))
    const file = async (name: string, text: string) => {
      await writeFile(join(folder, name), text)
      return join(folder, name)
    }
    const [certificate, key, authority] = await Promise.all([
      file('server.pem', testCertificates.server.certificate),
      file('server.key', testCertificates.server.key),
      file('authority.pem', testCertificates.authority.certificate),
    ])
    const { server, authority: issuer, device } = testCertificates
    plant = await openPlant({
      yaml: `devices: [{ id: river-01, kind: river, password: river-01-secret }]
mqtt: { port: 0, tls: { port: 0, certificate: ${certificate}, key: ${key}, certificateAuthority: ${authority} } }`,
    })
    const url = {
      protocol: 'mqtts' as const,
      host: '127.0.0.1',
      port: plant.broker.tlsPort ?? 0,
      ca: issuer.certificate,
      servername: 'localhost',
    }
    await expect(
      plant.connect('river-01', { ...url, cert: server.certificate.replace(/A/g, 'B'), key: server.key }),
    ).rejects.toThrow()
    await expect(plant.connect('river-01', url)).rejects.toThrow()
    const client = await plant.connect('river-01', { ...url, cert: device.certificate, key: device.key })
    await client.publishAsync('qly/v1/river/river-01/readings', '{"values":{"ph":7}}', { qos: 1 })
    await rm(folder, { recursive: true })
  })
})
