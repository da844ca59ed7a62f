// A stream kept in a temporary file until its hash and length are known: S3 wants both before the first byte.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { diskError } from '../../disk/disk.ts'
import { createMeter } from '../hashed-stream.ts'

export interface Spooled {
  readonly sha256: string
  readonly size: number
  open(): Readable
  remove(): Promise<void>
}

/** Reads the stream to its end. An error of the stream is passed on and leaves nothing behind. */
export async function spool(source: Readable): Promise<Spooled> {
  const folder = await mkdtemp(join(tmpdir(), 'qly-upload-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  const path = join(folder, 'object')
  try {
    const meter = createMeter()
    await pipeline(source, meter, createWriteStream(path))
    return { ...meter.result(), open: () => createReadStream(path), remove }
  } catch (error) {
    await remove()
    throw diskError(error, folder)
  }
}
