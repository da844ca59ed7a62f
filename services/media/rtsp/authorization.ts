// Credentials in RTSP: Basic (RFC 7617) and Digest with SHA-256 or MD5 (RFC 7616, RFC 2069 without qop), from both ends.
import { createHash, timingSafeEqual } from 'node:crypto'

export type DigestAlgorithm = 'MD5' | 'SHA-256'

/** What a client offers as proof of who it is. */
export type Proof =
  | { readonly scheme: 'basic'; readonly user: string; readonly password: string }
  | { readonly scheme: 'digest'; readonly user: string; readonly parameters: ReadonlyMap<string, string> }

/** What a server keeps of a password for Digest: H(user:realm:password), hex, by algorithm (RFC 7616 §3.4.2). */
export type DigestSecret = Readonly<Record<DigestAlgorithm, string>>

/** The challenges of a server, strongest first; MD5 stands last of the digests because FFmpeg before 8 takes the last one and knows no other. */
export function challenges(realm: string, nonce: string): string[] {
  const digest = (algorithm: DigestAlgorithm) => `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}`
  return [digest('SHA-256'), digest('MD5'), `Basic realm="${realm}"`]
}

/** Reads an Authorization header; undefined if it cannot be read. Never throws. */
export function readAuthorization(value: string): Proof | undefined {
  const [, scheme, rest] = /^(\w+)\s+(.*)$/.exec(value) ?? []
  if (scheme === undefined || rest === undefined) return undefined
  if (scheme.toLowerCase() === 'basic') {
    const text = Buffer.from(rest.trim(), 'base64').toString('utf8')
    const colon = text.indexOf(':')
    if (colon <= 0) return undefined
    return { scheme: 'basic', user: text.slice(0, colon), password: text.slice(colon + 1) }
  }
  if (scheme.toLowerCase() !== 'digest') return undefined
  const parameters = readParameters(rest)
  const user = parameters.get('username')
  if (!user || !parameters.has('response') || !parameters.has('uri')) return undefined
  return { scheme: 'digest', user, parameters }
}

/** True if the proof was made with this password, for this request and (digest) for our realm and nonce. */
export function proves(
  proof: Proof,
  password: string,
  asked: { readonly method: string; readonly realm: string; readonly nonce: string },
): boolean {
  if (proof.scheme === 'basic') return equal(proof.password, password)
  const secret = (algorithm: DigestAlgorithm) => digestSecret(algorithm, proof.user, asked.realm, password)
  return provesDigest(proof, { MD5: secret('MD5'), 'SHA-256': secret('SHA-256') }, asked)
}

/** True if the proof is a digest made with the password of this secret, for this request and for our realm and nonce. */
export function provesDigest(
  proof: Proof,
  secret: DigestSecret,
  asked: { readonly method: string; readonly realm: string; readonly nonce: string },
): boolean {
  if (proof.scheme !== 'digest') return false
  const value = (name: string) => proof.parameters.get(name) ?? ''
  const algorithm = algorithmOf(value('algorithm'))
  if (!algorithm || value('realm') !== asked.realm || value('nonce') !== asked.nonce) return false
  const expected = digestResponse(
    algorithm,
    { secret: secret[algorithm], nonce: asked.nonce, method: asked.method, uri: value('uri') },
    value('qop') === '' ? undefined : { qop: value('qop'), nc: value('nc'), cnonce: value('cnonce') },
  )
  return equal(value('response').toLowerCase(), expected)
}

/** A client's answer to the challenges of a server: the strongest that we know; undefined if there is none. */
export function authorizationFor(
  offered: readonly string[],
  request: { readonly user: string; readonly password: string; readonly method: string; readonly uri: string },
): string | undefined {
  const digests = offered.flatMap((challenge) => {
    const rest = /^digest\s+(.*)$/i.exec(challenge)?.[1]
    if (rest === undefined) return []
    const parameters = readParameters(rest)
    const algorithm = algorithmOf(parameters.get('algorithm') ?? '')
    return algorithm ? [{ algorithm, parameters }] : []
  })
  const digest = digests.find(({ algorithm }) => algorithm === 'SHA-256') ?? digests[0]
  if (digest) {
    const realm = digest.parameters.get('realm') ?? ''
    const nonce = digest.parameters.get('nonce') ?? ''
    const opaque = digest.parameters.get('opaque')
    const secret = digestSecret(digest.algorithm, request.user, realm, request.password)
    const response = digestResponse(digest.algorithm, { ...request, secret, nonce }, undefined)
    const pairs = { username: request.user, realm, nonce, uri: request.uri, response, ...(opaque ? { opaque } : {}) }
    const quoted = Object.entries(pairs).map(([name, value]) => `${name}="${value.replace(/["\\]/g, '\\$&')}"`)
    return `Digest ${[...quoted, `algorithm=${digest.algorithm}`].join(', ')}`
  }
  if (!offered.some((challenge) => /^basic\b/i.test(challenge))) return undefined
  return `Basic ${Buffer.from(`${request.user}:${request.password}`, 'utf8').toString('base64')}`
}

function digestResponse(
  algorithm: DigestAlgorithm,
  of: { secret: string; nonce: string; method: string; uri: string },
  quality: { qop: string; nc: string; cnonce: string } | undefined,
): string {
  const second = hashOf(algorithm, `${of.method}:${of.uri}`)
  const middle = quality ? `${of.nonce}:${quality.nc}:${quality.cnonce}:${quality.qop}` : of.nonce
  return hashOf(algorithm, `${of.secret}:${middle}:${second}`)
}

const digestSecret = (algorithm: DigestAlgorithm, user: string, realm: string, password: string): string =>
  hashOf(algorithm, `${user}:${realm}:${password}`)

const hashOf = (algorithm: DigestAlgorithm, text: string): string =>
  createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text, 'utf8')
    .digest('hex')

function algorithmOf(text: string): DigestAlgorithm | undefined {
  const name = text.toUpperCase()
  if (name === '' || name === 'MD5') return 'MD5'
  return name === 'SHA-256' ? 'SHA-256' : undefined
}

/** name=value and name="quoted value" pairs, by lower-case name. */
function readParameters(text: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const match of text.matchAll(/([\w-]{1,32})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    const [, name, quoted, plain] = match
    if (name) parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '')
  }
  return parameters
}

function equal(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest()
  return timingSafeEqual(digest(a), digest(b))
}
