// Finding cameras by ONVIF: who is in the network, and which streams a device has (Media service: GetProfiles, GetStreamUri).
import type { CameraSearch, FoundStream } from '../../contracts/camera-search.ts'
import type { OnvifConfig } from '../../contracts/config/onvif.ts'
import { AppError } from '../../contracts/errors.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import { probeNetwork } from './discovery.ts'
import { createNetworkPolicy } from './network-policy.ts'
import { createSoapCaller } from './soap-call.ts'
import { escapeXml, nodesAt, type TokenCredential, textAt, type XmlNode } from './soap-message.ts'

const device = 'http://www.onvif.org/ver10/device/wsdl'
const media = 'http://www.onvif.org/ver10/media/wsdl'
const schema = 'http://www.onvif.org/ver10/schema'
/** a recorder with many channels has many; each costs a question */
const mostProfiles = 64

export function createCameraSearch({ clock }: { readonly clock: Clock }, config: OnvifConfig): CameraSearch {
  const policy = createNetworkPolicy(config.networks)
  const soap = createSoapCaller(policy, config)

  /** Tokens are made with the device's time: cameras' clocks are often wrong, and old tokens are refused. */
  const timeOf = async (address: string): Promise<number> => {
    const asked = await soap.call(address, `<GetSystemDateAndTime xmlns="${device}"/>`).catch((error: unknown) => {
      // some want a log-in even for this; others do not answer at all, which the next question finds out
      if (error instanceof AppError && error.code === 'QLY_FORBIDDEN') throw error
      return undefined
    })
    const utc = nodesAt(asked, 'GetSystemDateAndTimeResponse', 'SystemDateAndTime', 'UTCDateTime')[0]
    const [year, month, day] = numbers(utc, 'Date', ['Year', 'Month', 'Day'])
    const [hour, minute, second] = numbers(utc, 'Time', ['Hour', 'Minute', 'Second'])
    const time = Date.UTC(year ?? Number.NaN, (month ?? 1) - 1, day, hour, minute, second)
    return Number.isFinite(time) ? time : clock.now()
  }

  const mediaService = async (address: string, credential: TokenCredential | undefined): Promise<string> => {
    const ask = `<GetCapabilities xmlns="${device}"><Category>Media</Category></GetCapabilities>`
    const answer = await soap.call(address, ask, credential)
    const told = textAt(answer, 'GetCapabilitiesResponse', 'Capabilities', 'Media', 'XAddr')
    if (told === undefined) throw new AppError('QLY_STREAM_UNREADABLE', `${address} has no media service`)
    // behind address translation a device tells an address that is not its own here
    const url = policy.check(told)
    const own = new URL(address)
    url.protocol = own.protocol
    url.host = own.host
    return url.href
  }

  const streamOf = async (service: string, profile: XmlNode, credential: TokenCredential | undefined) => {
    const token = String(profile['@token'] ?? '')
    const setup = `<StreamSetup><Stream xmlns="${schema}">RTP-Unicast</Stream><Transport xmlns="${schema}"><Protocol>RTSP</Protocol></Transport></StreamSetup>`
    const ask = `<GetStreamUri xmlns="${media}">${setup}<ProfileToken>${escapeXml(token)}</ProfileToken></GetStreamUri>`
    const source = textAt(await soap.call(service, ask, credential), 'GetStreamUriResponse', 'MediaUri', 'Uri')
    return source !== undefined && /^rtsps?:\/\//i.test(source) ? [describe(profile, token, source)] : []
  }

  return {
    discover: () => probeNetwork({ clock, policy }, config),
    async streams(address, given) {
      policy.check(address)
      const credential = given && { ...given, deviceTime: await timeOf(address) }
      const service = await mediaService(address, credential)
      const answer = await soap.call(service, `<GetProfiles xmlns="${media}"/>`, credential)
      const profiles = nodesAt(answer, 'GetProfilesResponse', 'Profiles').slice(0, mostProfiles)
      const found: FoundStream[] = []
      for (const profile of profiles) found.push(...(await streamOf(service, profile, credential)))
      return found.sort((a, b) => (b.width ?? 0) * (b.height ?? 0) - (a.width ?? 0) * (a.height ?? 0))
    },
  }
}

function describe(profile: XmlNode, token: string, source: string): FoundStream {
  const encoder = nodesAt(profile, 'VideoEncoderConfiguration')[0]
  const number = (...path: string[]) => {
    const value = Number(textAt(encoder, ...path) ?? Number.NaN)
    return Number.isFinite(value) && value > 0 ? value : null
  }
  const whole = (...path: string[]) => {
    const value = number(...path)
    return value === null ? null : Math.round(value)
  }
  return {
    profile: token.slice(0, 200),
    name: textAt(profile, 'Name')?.slice(0, 128) ?? null,
    codec: textAt(encoder, 'Encoding')?.slice(0, 32) ?? null,
    width: whole('Resolution', 'Width'),
    height: whole('Resolution', 'Height'),
    fps: number('RateControl', 'FrameRateLimit'),
    source: source.replace(/^(rtsps?:\/\/)[^/@]*@/i, '$1').slice(0, 1000),
  }
}

const numbers = (from: unknown, part: string, names: readonly string[]): (number | undefined)[] =>
  names.map((name) => {
    const text = textAt(from, part, name)
    return text === undefined ? undefined : Number(text)
  })
