// Key → partition, as Kafka's Java client does it (murmur2, seed 0x9747b28c, positive, modulo), so that both buses and foreign producers agree.

const seed = 0x9747b28c
const multiplier = 0x5bd1e995

/** The partition of a key: 0 ≤ result < partitions. */
export function partitionOf(key: string, partitions: number): number {
  return partitions === 1 ? 0 : (murmur2(key) & 0x7fffffff) % partitions
}

/** MurmurHash2 (32 bit, little endian) of the UTF-8 bytes of a key, as a signed integer like org.apache.kafka.common.utils.Utils.murmur2. */
export function murmur2(key: string): number {
  const bytes = isAscii(key) ? key : Buffer.from(key, 'utf8').toString('latin1')
  const { length } = bytes
  let h = seed ^ length
  let index = 0
  for (; index + 4 <= length; index += 4) {
    let k =
      bytes.charCodeAt(index) |
      (bytes.charCodeAt(index + 1) << 8) |
      (bytes.charCodeAt(index + 2) << 16) |
      (bytes.charCodeAt(index + 3) << 24)
    k = Math.imul(k, multiplier)
    k ^= k >>> 24
    h = Math.imul(h, multiplier) ^ Math.imul(k, multiplier)
  }
  const rest = length - index
  if (rest === 3) h ^= bytes.charCodeAt(index + 2) << 16
  if (rest >= 2) h ^= bytes.charCodeAt(index + 1) << 8
  if (rest >= 1) h = Math.imul(h ^ bytes.charCodeAt(index), multiplier)
  h ^= h >>> 13
  h = Math.imul(h, multiplier)
  return h ^ (h >>> 15)
}

/** The hot case: keys are ASCII identifiers, hashed without making a buffer. */
function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 0x7f) return false
  return true
}
