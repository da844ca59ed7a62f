// Cameras found and looked up by ONVIF, against devices that answer over real UDP and HTTP; and what strangers may send instead.
import fc from 'fast-check'
import { Value } from 'typebox/value'
import { afterEach, describe, expect, it } from 'vitest'
import { OnvifConfig } from '../../contracts/config/onvif.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import {
  dahua,
  hikvision,
  type OnvifResponder,
  type ResponderOptions,
  startOnvifResponder,
} from '../testing/onvif-responder.ts'
import { createCameraSearch } from './camera-search.ts'
import { readMatches } from './discovery.ts'
import { createNetworkPolicy } from './network-policy.ts'
import { nodesAt, passwordDigest, readBody, soapEnvelope } from './soap-message.ts'

const networks = ['127.0.0.0/8', '192.168.0.0/16']
const password = 'a pass<word> & more'
const credential = { user: 'admin', password }
const devices: OnvifResponder[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device.stop()
})

async function open(options: Partial<ResponderOptions> = {}) {
  const device = await startOnvifResponder({ make: hikvision, user: 'admin', password, ...options })
  devices.push(device)
  return device
}
const search = (changes: Partial<OnvifConfig> = {}) =>
  createCameraSearch(
    { clock: systemClock },
    Value.Default(OnvifConfig, { networks, probeSeconds: 0.4, timeoutSeconds: 2, ...changes }) as OnvifConfig,
  )

describe('the network', () => {
  it('is asked: each device is told once, with its name, make and address', async () => {
    const { probePort, address } = await open()
    expect(await search({ probeAddress: `127.0.0.1:${probePort}` }).discover()).toEqual([
      { id: 'urn:uuid:env-1', name: 'HIKVISION DS-2CD2T47G2-L', hardware: 'DS-2CD2T47G2-L', address },
    ])
  })

  it('is asked by multicast on every interface', async () => {
    const { probePort, address } = await open({ make: dahua, group: '239.255.255.250' })
    const found = await search({ probeAddress: `239.255.255.250:${probePort}` }).discover()
    expect(found).toEqual([{ id: 'urn:uuid:s-1', name: 'Dahua', hardware: 'IPC-HFW2431S', address }])
  })

  it('is not believed about addresses outside the networks', async () => {
    const { probePort } = await open()
    expect(await search({ probeAddress: `127.0.0.1:${probePort}`, networks: ['10.0.0.0/8'] }).discover()).toEqual([])
  })

  it('may send anything: no answer does harm', () => {
    const parts = fc.constantFrom(
      '<',
      '>',
      '&',
      '<a:ProbeMatches>',
      '<ProbeMatch>',
      '<XAddrs>http://',
      ']]>',
      '<!--',
      '"',
    )
    const text = fc.array(fc.oneof(parts, fc.string({ maxLength: 20 })), { maxLength: 60 }).map((each) => each.join(''))
    fc.assert(
      fc.property(text, (message) => Array.isArray(readMatches(message))),
      { numRuns: 500 },
    )
    fc.assert(
      fc.property(text, (body) => Array.isArray(readMatches(soapEnvelope(body)))),
      { numRuns: 500 },
    )
  })
})

describe('a device', () => {
  it('of one common make tells its streams, the largest first, for a digest of the password by its own wrong clock', async () => {
    const device = await open({ skewMs: -3 * 3_600_000 })
    expect(await search().streams(device.address, credential)).toEqual([
      {
        profile: 'Profile_1',
        name: 'mainStream',
        codec: 'H264',
        width: 2688,
        height: 1520,
        fps: 25,
        source: 'rtsp://192.168.1.64:554/Streaming/Channels/101?transportmode=unicast&profile=Profile_1',
      },
      {
        profile: 'Profile_2',
        name: 'subStream',
        codec: 'H264',
        width: 640,
        height: 360,
        fps: 25,
        source: 'rtsp://192.168.1.64:554/Streaming/Channels/102?transportmode=unicast&profile=Profile_2',
      },
    ])
    // the media service is asked where the device was found, whatever address it gives itself
    expect(device.calls).toContain('/onvif/media_service GetProfiles')
    expect(device.leaks).toEqual([])
  })

  it('of another, which wants HTTP digest and puts a credential into its addresses, tells them without', async () => {
    const device = await open({ make: dahua })
    const streams = await search().streams(device.address, credential)
    expect(streams.map(({ width, source }) => `${width} ${source}`)).toEqual([
      '2560 rtsp://192.168.1.108:554/cam/realmonitor?channel=1&subtype=0&unicast=true&proto=Onvif',
      '704 rtsp://192.168.1.108:554/cam/realmonitor?channel=1&subtype=1&unicast=true&proto=Onvif',
    ])
    expect(device.leaks).toEqual([])
  })

  it.each([
    ['a wrong password', { user: 'admin', password: 'wrong-password' }, 'user or password is wrong'],
    ['no credential', undefined, 'user or password is wrong'],
  ])('refuses %s, which no message shows', async (_, given, reason) => {
    const { address } = await open()
    const failed = search().streams(address, given)
    await expect(failed).rejects.toMatchObject({
      code: 'QLY_STREAM_UNREADABLE',
      message: expect.stringContaining(reason),
    })
    await expect(failed).rejects.not.toMatchObject({ message: expect.stringContaining('wrong-password') })
  })

  const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${soapEnvelope('<x>&b;</x>')}`
  it.each([
    ['is no XML', '<not', /no (XML|SOAP)/],
    ['declares entities', bomb, /document type/],
    ['is larger than any', soapEnvelope(`<x>${'a'.repeat(600 * 1024)}</x>`), /bytes/],
    ['is nested without end', soapEnvelope('<x>'.repeat(5000)), /no XML|SOAP/],
    ['says nothing of it', soapEnvelope('<other/>'), /no media service/],
  ])('whose answer %s is refused', async (_, instead, reason) => {
    const { address } = await open({ instead: { GetCapabilities: instead } })
    await expect(search().streams(address, credential)).rejects.toMatchObject({
      code: 'QLY_STREAM_UNREADABLE',
      message: expect.stringMatching(reason),
    })
  })

  it.each([
    ['http://169.254.169.254/latest', 'QLY_FORBIDDEN'],
    ['http://8.8.8.8/onvif', 'QLY_FORBIDDEN'],
    ['http://[::1]/onvif', 'QLY_FORBIDDEN'],
    ['http://2130706433/onvif', 'QLY_FORBIDDEN'],
    ['http://localhost:1/onvif', 'QLY_FORBIDDEN'],
    ['http://admin:secret@192.168.1.64/onvif', 'QLY_INPUT_INVALID'],
    ['file:///etc/passwd', 'QLY_INPUT_INVALID'],
    ['no address', 'QLY_INPUT_INVALID'],
  ])('at %s is not asked', async (address, code) => {
    const failed = search({ networks: ['192.168.0.0/16'] }).streams(address, credential)
    await expect(failed).rejects.toMatchObject({ code })
  })
})

describe('the message', () => {
  it('has the digest of the standard’s own example', () => {
    const nonce = Buffer.from('LKqI6G/AikKCQrN0zqZFlg==', 'base64')
    expect(passwordDigest(nonce, '2010-09-16T07:50:45Z', 'userpassword')).toBe('tuOSpGlFlIXsozq4HFNeeGeFLEI=')
  })

  it('carries any user name as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii', minLength: 1 }), (user) => {
        const message = soapEnvelope('<x/>', { user, password, deviceTime: 0 })
        expect(message).not.toContain(password)
        const name = /<Username>([^<]*)</.exec(message)?.[1] ?? ''
        expect(name.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toBe(user)
      }),
    )
  })

  it('is read whatever prefixes it has', () => {
    const body = readBody('<q:Envelope xmlns:q="u"><q:Body><a:B><a:C>1</a:C><a:C>2</a:C></a:B></q:Body></q:Envelope>')
    expect(nodesAt(body, 'B', 'C').map((node) => node['#text'])).toEqual(['1', '2'])
  })
})

it('a network of the configuration that is none is a fault of the configuration', () => {
  expect(() => createNetworkPolicy(['10.0.0.0/40'])).toThrow(expect.objectContaining({ code: 'QLY_CONFIG_INVALID' }))
})
