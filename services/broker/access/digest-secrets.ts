// What is kept of a password that we made, so that a device can log in to RTSP by digest: H(user:realm:password), sealed. It is as good as the
// password on our RTSP server (not for MQTT or Basic), so it needs the key file beside the database; the password has 192 random bits.
import { createHash } from 'node:crypto'
import { type DigestSecrets, rtspRealm } from '../../contracts/stream-access.ts'
import type { Sealing } from '../../kernel/secrets/sealing.ts'

export function sealDigest(sealing: Sealing, id: string, password: string): string {
  const hash = (algorithm: string) =>
    createHash(algorithm).update(`${id}:${rtspRealm}:${password}`, 'utf8').digest('hex')
  const secrets: DigestSecrets = { MD5: hash('md5'), 'SHA-256': hash('sha256') }
  return sealing.seal(JSON.stringify(secrets), purposeOf(id))
}

/** undefined where the key is another one: then only the password itself can be checked. */
export function openDigest(sealing: Sealing, id: string, sealed: string): DigestSecrets | undefined {
  const text = sealing.open(sealed, purposeOf(id))
  return text === undefined ? undefined : (JSON.parse(text) as DigestSecrets)
}

const purposeOf = (id: string) => `device-digest:${id}`
