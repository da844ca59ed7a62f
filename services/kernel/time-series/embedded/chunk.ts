// Chunks: up to 320 samples of one series in order of time, stored as one value of 12 bytes a sample, so that a day is read in a few rows.

/** Samples in strictly rising order of time (ms since the epoch). */
export interface Samples {
  readonly times: readonly number[]
  readonly values: readonly number[]
}

/** 320 × 12 bytes fit one 4 KiB page of SQLite. */
export const chunkSamples = 320
/** Times are kept as unsigned 32-bit distances from the first: at most 49.7 days a chunk. */
const chunkSpanMs = 2 ** 32 - 1

/** float64 values, then uint32 milliseconds since the first sample; in the byte order of all machines that Node 24 runs on (little-endian). */
export function encodeChunk({ times, values }: Samples): Uint8Array {
  const count = times.length
  const bytes = new Uint8Array(count * 12)
  const start = times[0] ?? 0
  new Float64Array(bytes.buffer, 0, count).set(values)
  const distances = new Uint32Array(bytes.buffer, count * 8, count)
  for (let index = 0; index < count; index++) distances[index] = (times[index] as number) - start
  return bytes
}

export function decodeChunk(start: number, bytes: Uint8Array): Samples {
  const { values, distances } = viewChunk(bytes)
  return { times: Array.from(distances, (distance) => start + distance), values: Array.from(values) }
}

/** The two columns of a chunk without copying, for aggregation. */
export function viewChunk(bytes: Uint8Array): { values: Float64Array; distances: Uint32Array } {
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice()
  const count = bytes.length / 12
  return {
    values: new Float64Array(aligned.buffer, aligned.byteOffset, count),
    distances: new Uint32Array(aligned.buffer, aligned.byteOffset + count * 8, count),
  }
}

/**
 * The chunk with samples added at its end; undefined if they are not all later than its last, or do not fit.
 * The common case of live data, so it moves whole columns instead of samples.
 */
export function appendToChunk(start: number, bytes: Uint8Array, fresh: Samples): Uint8Array | undefined {
  const { values, distances } = viewChunk(bytes)
  const count = values.length + fresh.times.length
  const last = start + (distances.at(-1) ?? 0)
  const end = fresh.times.at(-1) as number
  if (count > chunkSamples || (fresh.times[0] as number) <= last || end - start > chunkSpanMs) return undefined
  const appended = new Uint8Array(count * 12)
  const newValues = new Float64Array(appended.buffer, 0, count)
  newValues.set(values)
  newValues.set(fresh.values, values.length)
  const newDistances = new Uint32Array(appended.buffer, count * 8, count)
  newDistances.set(distances)
  for (let index = 0; index < fresh.times.length; index++)
    newDistances[distances.length + index] = (fresh.times[index] as number) - start
  return appended
}

/** Both in one order of time; where both have a sample at one time, `fresh` wins. */
export function mergeSamples(stored: Samples, fresh: Samples): Samples {
  const times: number[] = []
  const values: number[] = []
  let left = 0
  let right = 0
  while (left < stored.times.length || right < fresh.times.length) {
    const storedTime = stored.times[left] ?? Number.POSITIVE_INFINITY
    const freshTime = fresh.times[right] ?? Number.POSITIVE_INFINITY
    const fromFresh = freshTime <= storedTime
    times.push(fromFresh ? freshTime : storedTime)
    values.push((fromFresh ? fresh.values[right] : stored.values[left]) as number)
    if (storedTime <= freshTime) left++
    if (fromFresh) right++
  }
  return { times, values }
}

/** Cuts samples into chunks: full ones and a rest if they grow at the end (`appended`), else even ones, to leave room for more in between. */
export function cutIntoChunks(samples: Samples, appended: boolean): Samples[] {
  const pieces = Math.ceil(samples.times.length / chunkSamples)
  const size = appended ? chunkSamples : Math.ceil(samples.times.length / Math.max(1, pieces))
  const chunks: Samples[] = []
  for (let from = 0; from < samples.times.length; ) {
    const to = endOfChunk(samples.times, from, size)
    chunks.push({ times: samples.times.slice(from, to), values: samples.values.slice(from, to) })
    from = to
  }
  return chunks
}

function endOfChunk(times: readonly number[], from: number, size: number): number {
  const latest = (times[from] as number) + chunkSpanMs
  let to = Math.min(from + size, times.length)
  while ((times[to - 1] as number) > latest) to--
  return to
}
