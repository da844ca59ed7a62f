// Which addresses may be asked: only those of the configured networks, looked at after names are resolved, so that no name leads elsewhere.
import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { AppError } from '../../contracts/errors.ts'

export interface NetworkPolicy {
  /** Throws QLY_FORBIDDEN for an address that is not http(s), carries a credential, or is an IP outside the networks. */
  check(address: string): URL
  /** For sockets: resolves a name and refuses what lies outside. */
  readonly lookup: LookupFunction
}

export function createNetworkPolicy(networks: readonly string[]): NetworkPolicy {
  const allowed = new BlockList()
  for (const network of networks) {
    const [address = '', length = ''] = network.split('/')
    const family = isIP(address)
    if (family === 0 || Number(length) > (family === 4 ? 32 : 128))
      throw new AppError('QLY_CONFIG_INVALID', `onvif.networks: "${network}" is no network, e.g. 192.168.0.0/16`)
    allowed.addSubnet(address, Number(length), family === 4 ? 'ipv4' : 'ipv6')
  }
  const isAllowed = (ip: string) => allowed.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4')
  const refusal = (host: string) =>
    new AppError('QLY_FORBIDDEN', `${host} is not in onvif.networks (${networks.join(', ')})`)

  return {
    check(address) {
      if (!URL.canParse(address) || !/^https?:$/.test(new URL(address).protocol))
        throw new AppError('QLY_INPUT_INVALID', 'the address of a device is http://host/onvif/device_service')
      const url = new URL(address)
      if (url.username !== '' || url.password !== '')
        throw new AppError('QLY_INPUT_INVALID', 'give user and password apart from the address')
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (isIP(host) !== 0 && !isAllowed(host)) throw refusal(host)
      return url
    },
    lookup(host, options, done) {
      resolve(host, { ...options, all: true }, (error, addresses) => {
        if (error) return done(error, '', 0)
        const inside = addresses.filter(({ address }) => isAllowed(address))
        const [first] = inside
        if (!first) return done(refusal(host) as NodeJS.ErrnoException, '', 0)
        if (options.all) return done(null, inside)
        return done(null, first.address, first.family)
      })
    },
  }
}
