// The Transport header (RFC 2326 §12.39), as far as we serve it: unicast RTP over the RTSP connection (interleaved), or over UDP to players.

/** How a track travels: interleaved channels of the connection, or UDP ports of the player. */
export interface TrackCarrier {
  readonly track: number
  readonly carrier: 'tcp' | 'udp'
  /** a channel (0 to 255), or a port at the player's address */
  readonly rtp: number
  readonly rtcp: number
}

/** Our own pair of UDP ports. */
export interface ServerPorts {
  readonly rtp: number
  readonly rtcp: number
}

export interface AskedTransport {
  readonly carrier: 'tcp' | 'udp'
  /** what the client names: channels, or its ports; always there for UDP */
  readonly pair: { readonly rtp: number; readonly rtcp: number } | undefined
  readonly record: boolean
  readonly modeGiven: boolean
}

/**
 * The first transport in the header that we serve; `unsupported` if there is none such, undefined if it cannot be read.
 * UDP goes only to ports above 1023 of the address that asks (`peer`), whatever `destination` says (RFC 2326 §12.39 warns of it).
 */
export function readTransport(
  value: string,
  served: { readonly udp: boolean; readonly peer: string },
): AskedTransport | 'unsupported' | undefined {
  if (value.trim() === '') return undefined
  for (const choice of value.split(',')) {
    const [profile = '', ...parameters] = choice.split(';').map((part) => part.trim())
    const carrier = /^RTP\/AVP\/TCP$/i.test(profile) ? 'tcp' : /^RTP\/AVP(\/UDP)?$/i.test(profile) ? 'udp' : undefined
    if (carrier === undefined || parameters.some((part) => /^multicast$/i.test(part))) continue
    const mode = parameterOf(parameters, 'mode')
    const record = /record|receive/i.test(mode ?? '')
    const pair = pairOf(parameterOf(parameters, carrier === 'tcp' ? 'interleaved' : 'client_port'))
    if (pair === 'broken') return undefined
    if (carrier === 'tcp') {
      if (pair && (pair.rtp > 255 || pair.rtcp > 255)) return undefined
    } else {
      if (!served.udp || record) continue
      if (!pair || pair.rtp === pair.rtcp || pair.rtp > 65_535 || pair.rtcp > 65_535) return undefined
      const destination = parameterOf(parameters, 'destination')
      if (destination !== undefined && destination !== served.peer) continue
      if (pair.rtp < 1024 || pair.rtcp < 1024) continue
    }
    return { carrier, pair, record, modeGiven: mode !== undefined }
  }
  return 'unsupported'
}

/** The answer to a SETUP. */
export function answerTransport(given: TrackCarrier, publishing: boolean, ours: ServerPorts | undefined): string {
  if (given.carrier === 'tcp')
    return `RTP/AVP/TCP;unicast;interleaved=${given.rtp}-${given.rtcp}${publishing ? ';mode=record' : ''}`
  const server = ours ? `;server_port=${ours.rtp}-${ours.rtcp}` : ''
  return `RTP/AVP;unicast;client_port=${given.rtp}-${given.rtcp}${server}`
}

function parameterOf(parameters: readonly string[], name: string): string | undefined {
  const found = parameters.find((part) => part.toLowerCase().startsWith(`${name}=`))
  return found?.slice(name.length + 1).replace(/^"(.*)"$/, '$1')
}

function pairOf(value: string | undefined): { rtp: number; rtcp: number } | undefined | 'broken' {
  if (value === undefined) return undefined
  const numbers = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(value)
  if (!numbers) return 'broken'
  const rtp = Number(numbers[1])
  return { rtp, rtcp: Number(numbers[2] ?? rtp + 1) }
}
