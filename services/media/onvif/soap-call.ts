// One SOAP call to a device over HTTP(S): in time, within bytes, only to allowed networks, no redirects; with HTTP digest where the device wants that.
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { AppError } from '../../contracts/errors.ts'
import { maskUrl } from '../camera-source/mask-url.ts'
import { authorizationFor } from '../rtsp/authorization.ts'
import type { NetworkPolicy } from './network-policy.ts'
import { mostMessageBytes, readBody, soapEnvelope, type TokenCredential, textAt, type XmlNode } from './soap-message.ts'

export interface SoapCaller {
  /** The Body of the answer; rejects with QLY_STREAM_UNREADABLE, or QLY_FORBIDDEN for an address that may not be asked. */
  call(address: string, body: string, credential?: TokenCredential): Promise<XmlNode>
}

export function createSoapCaller(
  policy: NetworkPolicy,
  { timeoutSeconds }: { readonly timeoutSeconds: number },
): SoapCaller {
  const exchange = (url: URL, message: string, authorization: string | undefined): Promise<IncomingMessage> =>
    new Promise((resolve, reject) => {
      const request = (url.protocol === 'https:' ? requestTls : requestPlain)(
        {
          method: 'POST',
          host: url.hostname.replace(/^\[|\]$/g, ''),
          port: url.port,
          path: url.pathname + url.search,
          headers: {
            'content-type': 'application/soap+xml; charset=utf-8',
            'content-length': Buffer.byteLength(message),
            ...(authorization === undefined ? {} : { authorization }),
          },
          lookup: policy.lookup,
          // few cameras have a certificate that an authority signed
          rejectUnauthorized: false,
          signal: AbortSignal.timeout(timeoutSeconds * 1000),
        },
        resolve,
      )
      request.on('error', reject)
      request.end(message)
    })

  const ask = async (url: URL, body: string, credential: TokenCredential | undefined): Promise<XmlNode> => {
    const message = soapEnvelope(body, credential)
    let answer = await exchange(url, message, undefined)
    if (answer.statusCode === 401 && credential) {
      const challenges = (answer.headersDistinct['www-authenticate'] ?? []).filter((field) => /^digest/i.test(field))
      const { user, password } = credential
      const uri = url.pathname + url.search
      const authorization = authorizationFor(challenges, { user, password, method: 'POST', uri })
      if (authorization !== undefined) {
        answer.resume()
        answer = await exchange(url, message, authorization)
      }
    }
    const { statusCode = 0 } = answer
    const text = await readText(answer)
    if (statusCode === 401) throw new AppError('QLY_STREAM_UNREADABLE', 'user or password is wrong')
    const fault = statusCode === 200 ? undefined : faultOf(text)
    if (fault !== undefined) throw new AppError('QLY_STREAM_UNREADABLE', fault)
    if (statusCode !== 200) throw new AppError('QLY_STREAM_UNREADABLE', `it answers ${statusCode}`)
    const found = readBody(text)
    if ('Fault' in found) throw new AppError('QLY_STREAM_UNREADABLE', wordsOf(found))
    return found
  }

  return {
    async call(address, body, credential) {
      const url = policy.check(address)
      try {
        return await ask(url, body, credential)
      } catch (error) {
        if (error instanceof AppError && error.code === 'QLY_FORBIDDEN') throw error
        const reason = error instanceof Error ? error.message : String(error)
        throw new AppError('QLY_STREAM_UNREADABLE', `${maskUrl(url.href)}: ${reason}`, { cause: error })
      }
    },
  }
}

async function readText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const bytes of answer) {
    size += (bytes as Buffer).length
    if (size > mostMessageBytes) {
      answer.destroy()
      throw new AppError('QLY_PAYLOAD_TOO_LARGE', `the answer has more than ${mostMessageBytes} bytes`)
    }
    parts.push(bytes as Buffer)
  }
  return Buffer.concat(parts, size).toString('utf8')
}

/** What a device says that refuses; undefined if it says nothing that can be read. */
function faultOf(text: string): string | undefined {
  try {
    const body = readBody(text)
    return 'Fault' in body ? wordsOf(body) : undefined
  } catch {
    return undefined
  }
}

function wordsOf(body: XmlNode): string {
  const subcode =
    textAt(body, 'Fault', 'Code', 'Subcode', 'Subcode', 'Value') ?? textAt(body, 'Fault', 'Code', 'Subcode', 'Value')
  const reason = textAt(body, 'Fault', 'Reason', 'Text') ?? textAt(body, 'Fault', 'faultstring')
  if (/NotAuthorized|FailedAuthentication/i.test(subcode ?? '')) return 'user or password is wrong'
  return `it refuses: ${(reason ?? subcode ?? 'no reason given').slice(0, 200)}`
}
