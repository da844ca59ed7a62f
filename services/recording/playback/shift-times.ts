// Puts a segment further on in time while it is sent: the decode times in its fragments (tfdt, ISO/IEC 14496-12 §8.8.12) grow, nothing else changes, not even
// its length. So segments that each begin at zero on the disk follow each other in a playlist as one stream, which players that know no discontinuities need.
import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { AppError } from '../../contracts/errors.ts'

/** Bytes that stand at this place of the file instead of what is there. */
export interface Patch {
  readonly at: number
  readonly bytes: Buffer
}

/** A box with tracks or with the times of a fragment is far smaller. */
const largestRead = 4 * 1024 * 1024

/** What to put where so that a segment begins `shiftMs` later. QLY_STORAGE_CORRUPT for a file whose boxes cannot be read. */
export async function timePatches(path: string, shiftMs: number): Promise<Patch[]> {
  const file = await open(path, 'r')
  try {
    const patches: Patch[] = []
    let scales = new Map<number, number>()
    for await (const { type, at, length } of outerBoxes(file)) {
      if (type !== 'moov' && type !== 'moof') continue
      if (length > largestRead) throw corrupt(path)
      const box = Buffer.alloc(length)
      await file.read(box, 0, length, at)
      if (type === 'moov') scales = timeScales(box)
      else patches.push(...fragmentPatches(box, at, scales, shiftMs))
    }
    return patches
  } catch (error) {
    throw error instanceof RangeError ? corrupt(path, error) : error
  } finally {
    await file.close()
  }
}

/** The stream, which begins at byte `from` of the file, with the patches applied. */
export function patched(stream: Readable, from: number, patches: readonly Patch[]): Readable {
  async function* apply() {
    let at = from
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      for (const patch of patches) {
        const place = patch.at - at
        if (place >= chunk.length || place + patch.bytes.length <= 0) continue
        patch.bytes.copy(chunk, Math.max(0, place), Math.max(0, -place))
      }
      at += chunk.length
      yield chunk
    }
  }
  return Readable.from(apply(), { objectMode: false })
}

async function* outerBoxes(file: FileHandle): AsyncGenerator<{ type: string; at: number; length: number }> {
  const { size } = await file.stat()
  const head = Buffer.alloc(16)
  for (let at = 0; at + 8 <= size; ) {
    await file.read(head, 0, 16, at)
    const short = head.readUInt32BE(0)
    const length = short === 1 ? Number(head.readBigUInt64BE(8)) : short
    if (length < 8 || at + length > size) return
    yield { type: head.toString('latin1', 4, 8), at, length }
    at += length
  }
}

/** The boxes inside a box, from where its content begins. */
function* inside(box: Buffer, from: number, to: number): Generator<{ type: string; at: number; end: number }> {
  for (let at = from; at + 8 <= to; ) {
    const length = box.readUInt32BE(at)
    if (length < 8 || at + length > to) return
    yield { type: box.toString('latin1', at + 4, at + 8), at, end: at + length }
    at += length
  }
}

/** Units a second of each track. */
function timeScales(moov: Buffer): Map<number, number> {
  const scales = new Map<number, number>()
  for (const trak of inside(moov, 8, moov.length)) {
    if (trak.type !== 'trak') continue
    let [id, scale] = [0, 0]
    for (const child of inside(moov, trak.at + 8, trak.end)) {
      // version 1 has times of 64 bits before what we want
      if (child.type === 'tkhd') id = moov.readUInt32BE(child.at + (moov[child.at + 8] === 1 ? 28 : 20))
      if (child.type !== 'mdia') continue
      for (const { type, at } of inside(moov, child.at + 8, child.end))
        if (type === 'mdhd') scale = moov.readUInt32BE(at + (moov[at + 8] === 1 ? 28 : 20))
    }
    scales.set(id, scale)
  }
  return scales
}

function* fragmentPatches(moof: Buffer, start: number, scales: ReadonlyMap<number, number>, shiftMs: number) {
  for (const traf of inside(moof, 8, moof.length)) {
    if (traf.type !== 'traf') continue
    let scale = 0
    for (const { type, at } of inside(moof, traf.at + 8, traf.end)) {
      if (type === 'tfhd') scale = scales.get(moof.readUInt32BE(at + 12)) ?? 0
      if (type !== 'tfdt') continue
      const wide = moof[at + 8] === 1
      const shift = BigInt(Math.round((shiftMs * scale) / 1000))
      const bytes = Buffer.alloc(wide ? 8 : 4)
      if (wide) bytes.writeBigUInt64BE(moof.readBigUInt64BE(at + 12) + shift)
      else bytes.writeUInt32BE(Number(BigInt(moof.readUInt32BE(at + 12)) + shift))
      yield { at: start + at + 12, bytes }
    }
  }
}

const corrupt = (path: string, cause?: unknown) =>
  new AppError('QLY_STORAGE_CORRUPT', `${path}: its boxes cannot be read`, { cause })
