// GET of a camera over HTTP(S): Basic and Digest when challenged, redirects only to hosts that are allowed, given up when the signal aborts.
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { AppError } from '../../contracts/errors.ts'
import { authorizationFor } from '../rtsp/authorization.ts'
import { maskUrl } from './mask-url.ts'

export interface HttpGetOptions {
  readonly verifyCertificates: boolean
  /** hosts, besides the camera's own, that a redirect may lead to */
  readonly redirectHosts: readonly string[]
  readonly signal: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

const maximumRedirects = 3

/** Resolves with an answer of 200 or 304, its body still to be read; rejects with QLY_STREAM_UNREADABLE. No message shows a credential. */
export async function httpGet(source: string, options: HttpGetOptions): Promise<IncomingMessage> {
  const first = readUrl(source)
  const user = decodeURIComponent(first.username)
  const credential = user === '' ? undefined : { user, password: decodeURIComponent(first.password) }
  let url = first
  let authorization: string | undefined
  for (let redirects = 0; ; ) {
    // the camera's password is for the camera
    const own = url.host === first.host && url.protocol === first.protocol
    const answer = await exchange(url, options, own ? authorization : undefined)
    const status = answer.statusCode ?? 0
    if (status === 200 || status === 304) return answer
    answer.destroy()
    if (status === 401 && own && credential && authorization === undefined) {
      // a list in one header field, or several fields
      const challenges = (answer.headersDistinct['www-authenticate'] ?? []).flatMap((field) =>
        field.split(/,\s*(?=(?:basic|digest)\s)/i),
      )
      authorization = authorizationFor(challenges, { ...credential, method: 'GET', uri: url.pathname + url.search })
      if (authorization !== undefined) continue
    }
    if (status === 401) throw unreadable(source, 'user or password is wrong (401)')
    const { location } = answer.headers
    if (status < 300 || status > 399 || location === undefined) throw unreadable(source, `it answers ${status}`)
    if (++redirects > maximumRedirects) throw unreadable(source, 'it redirects again and again')
    url = readUrl(new URL(location, url).href)
    if (url.hostname !== first.hostname && !options.redirectHosts.includes(url.hostname)) {
      throw unreadable(source, `it redirects to ${url.hostname}; allow that host in media.http.redirectHosts`)
    }
    authorization = undefined
  }
}

function exchange(url: URL, options: HttpGetOptions, authorization: string | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? requestTls : requestPlain)(
      {
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path: url.pathname + url.search,
        headers: {
          ...options.headers,
          accept: 'multipart/x-mixed-replace, image/jpeg',
          ...(authorization === undefined ? {} : { authorization }),
        },
        rejectUnauthorized: options.verifyCertificates,
        signal: options.signal,
      },
      resolve,
    )
    request.on('error', (error) => {
      const reason: unknown = options.signal.aborted ? options.signal.reason : undefined
      reject(reason instanceof AppError ? reason : unreadable(url.href, error.message))
    })
    request.end()
  })
}

function readUrl(source: string): URL {
  if (!URL.canParse(source) || !/^https?:/i.test(source)) throw unreadable(source, 'it is no http address')
  return new URL(source)
}

export const unreadable = (source: string, reason: string): AppError =>
  new AppError('QLY_STREAM_UNREADABLE', `${maskUrl(source)}: ${reason}`)
