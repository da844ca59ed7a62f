// Test helper: an ONVIF device on loopback: answers probes over UDP, and its device and media services over HTTP with a check of the password digest.
// What it answers has the shape of two common makes.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { passwordDigest } from '../onvif/soap-message.ts'

export interface OnvifMake {
  readonly prefix: string
  readonly scopes: string
  readonly profiles: string
  readonly uri: (token: string) => string
  /** asks for HTTP digest instead of a token in the message */
  readonly http?: boolean
}

export const hikvision: OnvifMake = {
  prefix: 'env',
  scopes:
    'onvif://www.onvif.org/type/video_encoder onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/hardware/DS-2CD2T47G2-L onvif://www.onvif.org/name/HIKVISION%20DS-2CD2T47G2-L onvif://www.onvif.org/location/city/hangzhou',
  profiles: `<trt:Profiles token="Profile_1" fixed="true"><tt:Name>mainStream</tt:Name><tt:VideoSourceConfiguration token="VideoSourceToken"><tt:Name>VideoSourceConfig</tt:Name><tt:UseCount>2</tt:UseCount><tt:SourceToken>VideoSource_1</tt:SourceToken><tt:Bounds x="0" y="0" width="2688" height="1520"></tt:Bounds></tt:VideoSourceConfiguration><tt:VideoEncoderConfiguration token="VideoEncoderToken_1"><tt:Name>VideoEncoder_1</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>2688</tt:Width><tt:Height>1520</tt:Height></tt:Resolution><tt:Quality>3.000000</tt:Quality><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>6144</tt:BitrateLimit></tt:RateControl></tt:VideoEncoderConfiguration></trt:Profiles><trt:Profiles token="Profile_2" fixed="true"><tt:Name>subStream</tt:Name><tt:VideoEncoderConfiguration token="VideoEncoderToken_2"><tt:Name>VideoEncoder_2</tt:Name><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>640</tt:Width><tt:Height>360</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit></tt:RateControl></tt:VideoEncoderConfiguration></trt:Profiles>`,
  uri: (token) =>
    `rtsp://192.168.1.64:554/Streaming/Channels/10${token.slice(-1)}?transportmode=unicast&amp;profile=${token}`,
}

export const dahua: OnvifMake = {
  prefix: 's',
  http: true,
  scopes:
    'onvif://www.onvif.org/location/country/china onvif://www.onvif.org/name/Dahua onvif://www.onvif.org/hardware/IPC-HFW2431S onvif://www.onvif.org/Profile/Streaming onvif://www.onvif.org/extension/unique_identifier/1',
  profiles: `
    <trt:Profiles token="MediaProfile00001" fixed="true">
      <tt:Name>MediaProfile_Channel1_SubStream1</tt:Name>
      <tt:VideoEncoderConfiguration token="00001"><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>704</tt:Width><tt:Height>576</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>12</tt:FrameRateLimit></tt:RateControl></tt:VideoEncoderConfiguration>
    </trt:Profiles>
    <trt:Profiles token="MediaProfile00000" fixed="true">
      <tt:Name>MediaProfile_Channel1_MainStream</tt:Name>
      <tt:VideoEncoderConfiguration token="00000"><tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>2560</tt:Width><tt:Height>1440</tt:Height></tt:Resolution><tt:RateControl><tt:FrameRateLimit>20</tt:FrameRateLimit></tt:RateControl></tt:VideoEncoderConfiguration>
    </trt:Profiles>`,
  uri: (token) =>
    `rtsp://admin:secret@192.168.1.108:554/cam/realmonitor?channel=1&amp;subtype=${Number(token.slice(-1))}&amp;unicast=true&amp;proto=Onvif`,
}

export interface OnvifResponder {
  readonly address: string
  readonly probePort: number
  /** passwords that came as they are, in any message */
  readonly leaks: string[]
  readonly calls: string[]
  stop(): Promise<void>
}

export interface ResponderOptions {
  readonly make: OnvifMake
  readonly user: string
  readonly password: string
  /** the device's clock is so far off, ms */
  readonly skewMs?: number
  /** instead of the usual answer to a call whose name is here */
  readonly instead?: Readonly<Record<string, string>>
  /** joins this multicast group, so that it is found as real ones are */
  readonly group?: string
}

export async function startOnvifResponder(options: ResponderOptions): Promise<OnvifResponder> {
  const { make, user, password, skewMs = 0, instead = {} } = options
  const leaks: string[] = []
  const calls: string[] = []
  const wrap = (body: string) =>
    `<?xml version="1.0" encoding="UTF-8"?>\n<${make.prefix}:Envelope xmlns:${make.prefix}="http://www.w3.org/2003/05/soap-envelope" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:ter="http://www.onvif.org/ver10/error"><${make.prefix}:Body>${body}</${make.prefix}:Body></${make.prefix}:Envelope>`
  const notAuthorized = wrap(
    `<${make.prefix}:Fault><${make.prefix}:Code><${make.prefix}:Value>${make.prefix}:Sender</${make.prefix}:Value><${make.prefix}:Subcode><${make.prefix}:Value>ter:NotAuthorized</${make.prefix}:Value></${make.prefix}:Subcode></${make.prefix}:Code><${make.prefix}:Reason><${make.prefix}:Text xml:lang="en">Sender not Authorized</${make.prefix}:Text></${make.prefix}:Reason></${make.prefix}:Fault>`,
  )

  const proves = (message: string): boolean => {
    const part = (name: string) => new RegExp(`<${name}[^>]*>([^<]*)</${name}>`).exec(message)?.[1] ?? ''
    const created = part('Created')
    const fresh = Math.abs(Date.parse(created) - (Date.now() + skewMs)) < 5000
    const digest = passwordDigest(Buffer.from(part('Nonce'), 'base64'), created, password)
    return fresh && part('Username') === user && part('Password') === digest
  }

  const answer = (name: string, message: string): string => {
    if (instead[name] !== undefined) return instead[name]
    if (name === 'GetCapabilities')
      // as a device behind address translation says it
      return wrap(
        `<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Media><tt:XAddr>http://192.168.1.64/onvif/media_service</tt:XAddr></tt:Media></tds:Capabilities></tds:GetCapabilitiesResponse>`,
      )
    if (name === 'GetProfiles') return wrap(`<trt:GetProfilesResponse>${make.profiles}</trt:GetProfilesResponse>`)
    const token = /<ProfileToken>([^<]*)</.exec(message)?.[1] ?? ''
    return wrap(
      `<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>${make.uri(token)}</tt:Uri><tt:InvalidAfterConnect>false</tt:InvalidAfterConnect></trt:MediaUri></trt:GetStreamUriResponse>`,
    )
  }

  const server = createServer((request, response) => {
    request.setEncoding('utf8')
    let message = ''
    request.on('data', (text: string) => {
      message += text
    })
    request.on('end', () => {
      const name = /<(Get\w+) /.exec(message)?.[1] ?? ''
      calls.push(`${request.url} ${name}`)
      if ((message + JSON.stringify(request.headers)).includes(password)) leaks.push(name)
      response.setHeader('content-type', 'application/soap+xml; charset=utf-8')
      if (name === 'GetSystemDateAndTime') {
        const now = new Date(Date.now() + skewMs)
        const time = `<tt:Time><tt:Hour>${now.getUTCHours()}</tt:Hour><tt:Minute>${now.getUTCMinutes()}</tt:Minute><tt:Second>${now.getUTCSeconds()}</tt:Second></tt:Time>`
        const date = `<tt:Date><tt:Year>${now.getUTCFullYear()}</tt:Year><tt:Month>${now.getUTCMonth() + 1}</tt:Month><tt:Day>${now.getUTCDate()}</tt:Day></tt:Date>`
        response.end(
          wrap(
            `<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime>${time}${date}</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>`,
          ),
        )
        return
      }
      if (make.http && request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Digest realm="Login", nonce="5f1e", qop="auth", algorithm=MD5' })
        response.end()
        return
      }
      if (!proves(message)) {
        response.writeHead(400)
        response.end(notAuthorized)
        return
      }
      response.end(answer(name, message))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/onvif/device_service`

  const udp: Socket = createSocket({ type: 'udp4', reuseAddr: true })
  udp.on('message', (bytes, from) => {
    const probe = bytes.toString('utf8')
    const id = /MessageID>([^<]+)</.exec(probe)?.[1]
    if (!probe.includes('NetworkVideoTransmitter') || id === undefined) return
    const match = `<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV="http://www.w3.org/2003/05/soap-envelope" xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><SOAP-ENV:Header><wsa:RelatesTo>${id}</wsa:RelatesTo></SOAP-ENV:Header><SOAP-ENV:Body><d:ProbeMatches><d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:${make.prefix}-1</wsa:Address></wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>${make.scopes}</d:Scopes><d:XAddrs>${address} http://[fe80::1]/onvif/device_service</d:XAddrs><d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch></d:ProbeMatches></SOAP-ENV:Body></SOAP-ENV:Envelope>`
    // real ones answer on every interface, and more than once
    for (let times = 0; times < 2; times++) udp.send(match, from.port, from.address)
  })
  udp.bind(0, options.group ? '0.0.0.0' : '127.0.0.1')
  await once(udp, 'listening')
  if (options.group) udp.addMembership(options.group, '127.0.0.1')
  return {
    address,
    probePort: udp.address().port,
    leaks,
    calls,
    async stop() {
      udp.close()
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
