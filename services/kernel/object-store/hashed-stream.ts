// Streams that count and hash what passes: on the way in to name the object, on the way out to prove it.
import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'
import { AppError } from '../../contracts/errors.ts'

export interface Meter extends Transform {
  /** after the end: hex SHA-256 and length in bytes of all that passed */
  result(): { sha256: string; size: number }
}

export function createMeter(): Meter {
  const hash = createHash('sha256')
  let size = 0
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      hash.update(chunk)
      size += chunk.length
      callback(null, chunk)
    },
  })
  return Object.assign(meter, { result: () => ({ sha256: hash.digest('hex'), size }) })
}

/** Passes everything on, and ends with QLY_STORAGE_CORRUPT if it was not what `sha256` names. The last chunk waits for the verdict. */
export function createVerifier(sha256: string, key: string): Transform {
  const hash = createHash('sha256')
  let held: Buffer | undefined
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      hash.update(chunk)
      const ready = held
      held = chunk
      callback(null, ready)
    },
    flush(callback) {
      if (hash.digest('hex') === sha256) callback(null, held)
      else callback(new AppError('QLY_STORAGE_CORRUPT', `the stored bytes of ${key} are not those of its hash`))
    },
  })
}
