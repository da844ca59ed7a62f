// WS-Discovery (OASIS 1.0, April 2005 namespaces as ONVIF uses them): a probe over UDP multicast on every interface, and who answers. Answers are read as
// what strangers sent: within bounds, matched to our probe, each device once.
import { randomUUID } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { networkInterfaces } from 'node:os'
import type { FoundCamera } from '../../contracts/camera-search.ts'
import type { OnvifConfig } from '../../contracts/config/onvif.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { NetworkPolicy } from './network-policy.ts'
import { nodesAt, readBody, textAt } from './soap-message.ts'

export async function probeNetwork(
  { clock, policy }: { readonly clock: Clock; readonly policy: Pick<NetworkPolicy, 'check'> },
  { probeAddress, probeSeconds, mostFound }: OnvifConfig,
): Promise<FoundCamera[]> {
  const [host = '', port = ''] = probeAddress.split(':')
  const found = new Map<string, FoundCamera>()
  const message = probeMessage(`urn:uuid:${randomUUID()}`)
  const multicast = Number(host.split('.')[0]) >= 224
  const sockets: Socket[] = []
  try {
    for (const local of multicast ? ownAddresses() : ['0.0.0.0']) {
      const socket = createSocket({ type: 'udp4' })
      sockets.push(socket)
      // an interface that cannot send is no reason not to ask on the others
      socket.on('error', () => undefined)
      socket.on('message', (bytes) => {
        for (const camera of readMatches(bytes.toString('utf8')))
          if (found.size < mostFound && isAllowed(policy, camera.address)) found.set(camera.id, camera)
      })
      socket.bind(0, local)
      await once(socket, 'listening').catch(() => undefined)
      if (multicast) trySet(() => socket.setMulticastInterface(local))
      socket.send(message, Number(port), host, () => undefined)
    }
    await clock.sleep(probeSeconds * 1000)
  } finally {
    for (const socket of sockets) socket.close()
  }
  return [...found.values()].sort((a, b) => a.address.localeCompare(b.address, 'en', { numeric: true }))
}

/** The devices that an answer names; none for what is no answer. Never throws. */
export function readMatches(message: string): FoundCamera[] {
  try {
    return nodesAt(readBody(message), 'ProbeMatches', 'ProbeMatch').flatMap((match) => {
      const id = textAt(match, 'EndpointReference', 'Address')?.slice(0, 200)
      const address = preferred((textAt(match, 'XAddrs') ?? '').split(/\s+/).filter((each) => each.length < 300))
      if (id === undefined || address === undefined) return []
      const scopes = (textAt(match, 'Scopes') ?? '').split(/\s+/)
      return [{ id, name: scopeOf(scopes, 'name'), hardware: scopeOf(scopes, 'hardware'), address }]
    })
  } catch {
    return []
  }
}

/** A device with several addresses: the first of IPv4, since link-local IPv6 ones are of no use elsewhere. */
const preferred = (addresses: readonly string[]): string | undefined => {
  const readable = addresses.filter((each) => URL.canParse(each) && /^https?:/i.test(each))
  return readable.find((each) => !new URL(each).hostname.startsWith('[')) ?? readable[0]
}

function scopeOf(scopes: readonly string[], what: 'name' | 'hardware'): string | null {
  const prefix = `onvif://www.onvif.org/${what}/`
  const scope = scopes.find((each) => each.toLowerCase().startsWith(prefix))
  if (scope === undefined) return null
  const text = scope.slice(prefix.length, prefix.length + 128)
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const probeMessage = (id: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><e:Header><w:MessageID>${id}</w:MessageID><w:To e:mustUnderstand="true">urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To><w:Action e:mustUnderstand="true">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header><e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>`

const ownAddresses = (): string[] =>
  Object.values(networkInterfaces()).flatMap((each) =>
    (each ?? []).flatMap((one) => (one.family === 'IPv4' ? [one.address] : [])),
  )

function isAllowed(policy: Pick<NetworkPolicy, 'check'>, address: string): boolean {
  try {
    policy.check(address)
    return true
  } catch {
    return false
  }
}

function trySet(set: () => void): void {
  try {
    set()
  } catch {
    // the socket did not bind
  }
}
