// Passwords as they are kept: scrypt (RFC 7914) with its parameters and salt beside the hash, `scrypt:N:r:p:salt:hash` in base64url.
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'

interface Cost {
  readonly N: number
  readonly r: number
  readonly p: number
}

/** 16 MiB and some 40 ms a try: for passwords that people choose; tries are limited by address besides. */
const forPeople: Cost = { N: 2 ** 14, r: 8, p: 1 }
/** For passwords that we made: with 192 random bits no cost makes guessing harder, and 5,000 devices come back at once after a restart. */
const forGenerated: Cost = { N: 2 ** 10, r: 8, p: 1 }

const pattern = /^scrypt:(\d{1,8}):(\d{1,2}):(\d{1,2}):([A-Za-z0-9_-]{16,}):([A-Za-z0-9_-]{43})$/

export function isPasswordHash(text: string): boolean {
  const cost = parse(text)?.cost
  return (
    cost !== undefined &&
    cost.N >= 2 ** 10 &&
    cost.N <= 2 ** 18 &&
    Number.isInteger(Math.log2(cost.N)) &&
    cost.r <= 16 &&
    cost.p <= 16
  )
}

export async function hashPassword(password: string, options: { generated?: boolean } = {}): Promise<string> {
  const cost = options.generated ? forGenerated : forPeople
  const salt = randomBytes(16)
  const hash = await derive(password, salt, cost)
  return `scrypt:${cost.N}:${cost.r}:${cost.p}:${salt.toString('base64url')}:${hash.toString('base64url')}`
}

/** Does the password fit the hash? Takes the same time for a wrong one; false for a text that is no hash. */
export async function verifyPassword(password: string, kept: string): Promise<boolean> {
  const parsed = parse(kept)
  if (!parsed || !isPasswordHash(kept)) return false
  const hash = await derive(password, parsed.salt, parsed.cost)
  return timingSafeEqual(hash, parsed.hash)
}

function parse(text: string): { cost: Cost; salt: Buffer; hash: Buffer } | undefined {
  const [, N, r, p, salt, hash] = pattern.exec(text) ?? []
  if (N === undefined || r === undefined || p === undefined || salt === undefined || hash === undefined)
    return undefined
  return {
    cost: { N: Number(N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64url'),
    hash: Buffer.from(hash, 'base64url'),
  }
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { ...cost, maxmem: 128 * cost.N * cost.r * 2 }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
