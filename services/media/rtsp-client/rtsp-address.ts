// rtsp:// and rtsps:// addresses taken apart: where to connect, what to ask for, with which credential (which leaves the address here).
import { AppError } from '../../contracts/errors.ts'
import { maskUrl } from '../camera-source/mask-url.ts'

export interface RtspAddress {
  readonly host: string
  readonly port: number
  readonly tls: boolean
  /** the address without user and password, as it goes over the wire */
  readonly url: string
  readonly credential: { readonly user: string; readonly password: string } | undefined
}

/** Throws QLY_STREAM_UNREADABLE for what is no RTSP address; the message shows no credential. */
export function readRtspAddress(source: string): RtspAddress {
  // Taken apart by hand: passwords of cameras contain characters that the URL class refuses or escapes.
  const match = /^(rtsps?):\/\/(?:([^/?#]*)@)?(\[[0-9a-f:.]+\]|[^/:?#@[\]]+)(?::(\d{1,5}))?([/?].*)?$/i.exec(source)
  const scheme = match?.[1]?.toLowerCase()
  const host = match?.[3]
  const tls = scheme === 'rtsps'
  const port = Number(match?.[4] ?? (tls ? 322 : 554))
  if (!scheme || !host || port < 1 || port > 65_535) {
    throw new AppError('QLY_STREAM_UNREADABLE', `${maskUrl(source)} is no RTSP address`)
  }
  const user = match?.[2]
  const colon = user?.indexOf(':') ?? -1
  return {
    host: host.replace(/^\[|\]$/g, ''),
    port,
    tls,
    url: `${scheme}://${host}${match?.[4] ? `:${port}` : ''}${match?.[5] ?? '/'}`,
    credential:
      user === undefined
        ? undefined
        : {
            user: decoded(colon < 0 ? user : user.slice(0, colon)),
            password: colon < 0 ? '' : decoded(user.slice(colon + 1)),
          },
  }
}

/** The address of a track: its control, whole or relative to the base (RFC 2326 appendix C.1.1; joined as FFmpeg and VLC do). */
export function trackUrl(base: string, control: string): string {
  if (control === '' || control === '*') return base
  if (/^rtsps?:\/\//i.test(control)) return control.replace(/^(rtsps?:\/\/)[^/?#]*@/i, '$1')
  return base.endsWith('/') ? base + control.replace(/^\//, '') : `${base}/${control.replace(/^\//, '')}`
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
