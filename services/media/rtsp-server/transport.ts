// The Transport header (RFC 2326 §12.39), as far as we serve it: RTP over the RTSP connection (interleaved), unicast.
import type { ChannelPair } from './session.ts'

export interface AskedTransport {
  readonly channels: { readonly rtp: number; readonly rtcp: number } | undefined
  readonly record: boolean
  readonly modeGiven: boolean
}

/** The first transport in the header that we serve; `unsupported` if there is none such, undefined if it cannot be read. */
export function readTransport(value: string): AskedTransport | 'unsupported' | undefined {
  if (value.trim() === '') return undefined
  for (const choice of value.split(',')) {
    const [profile, ...parameters] = choice.split(';').map((part) => part.trim())
    if (!/^RTP\/AVP\/TCP$/i.test(profile ?? '') || parameters.includes('multicast')) continue
    const mode = parameters.find((part) => /^mode=/i.test(part))
    const interleaved = parameters.find((part) => /^interleaved=/i.test(part))
    const numbers = /^interleaved=(\d{1,3})(?:-(\d{1,3}))?$/i.exec(interleaved ?? '')
    if (interleaved !== undefined && !numbers) return undefined
    const rtp = Number(numbers?.[1] ?? 0)
    const rtcp = Number(numbers?.[2] ?? rtp + 1)
    if (rtp > 255 || rtcp > 255) return undefined
    return {
      channels: numbers ? { rtp, rtcp } : undefined,
      record: /record|receive/i.test(mode ?? ''),
      modeGiven: mode !== undefined,
    }
  }
  return 'unsupported'
}

export function answerTransport(pair: ChannelPair, publishing: boolean): string {
  return `RTP/AVP/TCP;unicast;interleaved=${pair.rtp}-${pair.rtcp}${publishing ? ';mode=record' : ''}`
}
