// SOAP 1.2 as ONVIF speaks it: envelopes with WS-UsernameToken (password digest), and answers read within bounds: size, depth, no document types or entities of their own.
import { createHash, randomBytes } from 'node:crypto'
import { XMLParser } from 'fast-xml-parser'
import { AppError } from '../../contracts/errors.ts'

export const mostMessageBytes = 512 * 1024

export interface TokenCredential {
  readonly user: string
  readonly password: string
  /** the device's own time, ms since the epoch: it refuses tokens that are old by its clock */
  readonly deviceTime: number
}

/** An envelope around a body; `nonce` for tests. */
export function soapEnvelope(body: string, credential?: TokenCredential, nonce = randomBytes(16)): string {
  const header = credential ? `<s:Header>${usernameToken(credential, nonce)}</s:Header>` : ''
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">${header}<s:Body xmlns:xsd="http://www.w3.org/2001/XMLSchema">${body}</s:Body></s:Envelope>`
}

const wsse = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
const wsu = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'
const profile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0'
const encoding = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary'

function usernameToken({ user, password, deviceTime }: TokenCredential, nonce: Buffer): string {
  const created = new Date(deviceTime).toISOString()
  const digest = passwordDigest(nonce, created, password)
  return `<Security s:mustUnderstand="1" xmlns="${wsse}"><UsernameToken><Username>${escapeXml(user)}</Username><Password Type="${profile}#PasswordDigest">${digest}</Password><Nonce EncodingType="${encoding}">${nonce.toString('base64')}</Nonce><Created xmlns="${wsu}">${created}</Created></UsernameToken></Security>`
}

/** Base64(SHA-1(nonce + created + password)): OASIS UsernameToken Profile 1.0, §3.1. */
export const passwordDigest = (nonce: Buffer, created: string, password: string): string =>
  createHash('sha1').update(nonce).update(created).update(password).digest('base64')

export const escapeXml = (text: string): string => text.replace(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

/** An element: children by their local name (namespaces left out), texts, and attributes as `@name`. */
export type XmlNode = Readonly<Record<string, unknown>>

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  removeNSPrefix: true,
  parseTagValue: false,
  parseAttributeValue: false,
  maxNestedTags: 64,
  // every element is a list, so that one profile and several read alike
  isArray: (_name, _path, _leaf, isAttribute) => !isAttribute,
})

/** The Body of an envelope. QLY_PAYLOAD_UNREADABLE for what is no SOAP, or not within bounds. */
export function readBody(message: string): XmlNode {
  if (message.length > mostMessageBytes) throw unreadable('the answer is too large')
  // SOAP 1.2 part 1, §5: no document type declaration, so no entity can be declared
  if (/<!(?:DOCTYPE|ENTITY)/i.test(message)) throw unreadable('the answer declares a document type')
  let document: unknown
  try {
    document = parser.parse(message)
  } catch (cause) {
    throw new AppError('QLY_PAYLOAD_UNREADABLE', 'the answer is no XML', { cause })
  }
  const body = nodesAt(document, 'Envelope', 'Body')[0]
  if (!body) throw unreadable('the answer is no SOAP')
  return body
}

/** All elements at a path of local names. */
export function nodesAt(from: unknown, ...path: readonly string[]): XmlNode[] {
  let nodes: unknown[] = [from]
  for (const name of path) nodes = nodes.flatMap((node) => (isNode(node) ? asList(node[name]) : []))
  return nodes.map((node) => (isNode(node) ? node : { '#text': node }))
}

/** The text of the first element at a path, without space around it; undefined if there is none. */
export function textAt(from: unknown, ...path: readonly string[]): string | undefined {
  const text = nodesAt(from, ...path)[0]?.['#text']
  const trimmed = typeof text === 'string' || typeof text === 'number' ? String(text).trim() : ''
  return trimmed === '' ? undefined : trimmed
}

const isNode = (value: unknown): value is XmlNode =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const asList = (value: unknown): unknown[] => (value === undefined ? [] : Array.isArray(value) ? value : [value])
const unreadable = (reason: string) => new AppError('QLY_PAYLOAD_UNREADABLE', reason)
