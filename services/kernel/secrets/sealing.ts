// Secrets that must be read again (credentials of cameras, digests of device passwords) as they are kept: AES-256-GCM under a key in a file of its own.
// A copied database without the key file tells nothing; who has both has the secrets.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../contracts/errors.ts'

export interface Sealing {
  /** Seals a text for one purpose and owner, e.g. `camera-source:gate-01`: it opens for no other. */
  seal(text: string, purpose: string): string
  /** The text; undefined if it was changed, sealed for another purpose or under another key. QLY_CONFIG_INVALID if the key file is unfit. */
  open(sealed: string, purpose: string): string | undefined
  /** HMAC-SHA256 of the text in hex, under a key for this purpose alone; who has the key file can make and check it. */
  sign(text: string, purpose: string): string
}

const prefix = 'sealed:1:'
const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16

/** True for what `seal` makes. */
export const isSealed = (text: string): boolean => text.startsWith(prefix)

/** The key is read, or made (mode 0600), when it is first needed. */
export function createSealing(keyFile: string): Sealing {
  let key: Buffer | undefined
  const theKey = () => {
    key ??= readKey(keyFile)
    return key
  }
  return {
    seal(text, purpose) {
      const nonce = randomBytes(nonceBytes)
      const cipher = createCipheriv('aes-256-gcm', theKey(), nonce).setAAD(Buffer.from(purpose, 'utf8'))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return prefix + Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
    },
    open(sealed, purpose) {
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url')
      if (!isSealed(sealed) || bytes.length < nonceBytes + tagBytes) return undefined
      const decipher = createDecipheriv('aes-256-gcm', theKey(), bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(purpose, 'utf8'))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
      try {
        return decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
      } catch {
        return undefined
      }
    },
    sign(text, purpose) {
      const derived = Buffer.from(hkdfSync('sha256', theKey(), '', `sign:${purpose}`, keyBytes))
      return createHmac('sha256', derived).update(text, 'utf8').digest('hex')
    },
  }
}

function readKey(file: string): Buffer {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    // two processes that start together: the first one's key counts
    writeFileSync(file, `${randomBytes(keyBytes).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unfit(file, (error as Error).message, error)
  }
  if ((statSync(file).mode & 0o077) !== 0) throw unfit(file, 'others may read it; chmod 600')
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64url')
  if (key.length !== keyBytes) throw unfit(file, `it has not ${keyBytes} bytes in base64url`)
  return key
}

const unfit = (file: string, reason: string, cause?: unknown) =>
  new AppError('QLY_CONFIG_INVALID', `the key file ${file} cannot be used: ${reason}`, { cause })
