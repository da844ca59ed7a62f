// Passwords and tokens: made at random, kept only as hashes.
import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'

/** OWASP Password Storage Cheat Sheet: scrypt N=2^15, r=8, p=3 is one of its minimum settings. */
const cost: ScryptOptions = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
const keyBytes = 32

/** `scrypt$<salt>$<key>`, both base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  return `scrypt$${salt.toString('base64url')}$${(await derive(password, salt)).toString('base64url')}`
}

export async function verifyPassword(password: string, stored: string): Promise<boolean> {
  const [scheme, salt = '', key = ''] = stored.split('$')
  if (scheme !== 'scrypt') return false
  const wanted = Buffer.from(key, 'base64url')
  const given = await derive(password, Buffer.from(salt, 'base64url'))
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}

/** A password that people can type: four groups of five letters and digits without look-alikes, about 98 bits. */
export function randomPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789'
  const pick = () => {
    for (;;) {
      const byte = randomBytes(1)[0] ?? 255
      if (byte < letters.length * 8) return letters[byte % letters.length] ?? ''
    }
  }
  return Array.from({ length: 4 }, () => Array.from({ length: 5 }, pick).join('')).join('-')
}

/** A bearer token: 256 bits. */
export const randomToken = (): string => `qly_${randomBytes(32).toString('base64url')}`

/** Tokens are random, so one round of SHA-256 is enough to keep them by. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex')

/** Compares secrets in constant time. */
export const sameSecret = (a: string, b: string): boolean =>
  timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())

function derive(password: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, cost, (error, key) => (error ? reject(error) : resolve(key)))
  })
}
