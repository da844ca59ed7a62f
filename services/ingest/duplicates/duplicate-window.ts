// Remembers which (source, id) pairs were seen: 16 bytes each in flat tables, two generations, so that forgetting costs nothing.
import { hash } from 'node:crypto'

export interface DuplicateWindow {
  has(key: DuplicateKey): boolean
  add(key: DuplicateKey, now: number): void
  readonly size: number
}

/** 128 bits of the SHA-256 of an identity. */
export type DuplicateKey = Uint32Array & { readonly length: 4 }

export const duplicateKey = (source: string, id: string): DuplicateKey => {
  const digest = hash('sha256', `${source} ${id}`, 'buffer')
  return new Uint32Array([
    digest.readUInt32LE(0) || 1, // an empty slot has 0 here
    digest.readUInt32LE(4),
    digest.readUInt32LE(8),
    digest.readUInt32LE(12),
  ]) as DuplicateKey
}

/** Remembers at least `windowMs` and at least `maximum` keys, whichever is less; at most twice that. */
export function createDuplicateWindow(options: {
  readonly windowMs: number
  readonly maximum: number
}): DuplicateWindow {
  let young = createTable()
  let old = createTable()
  let since: number | undefined

  return {
    has: (key) => young.has(key) || old.has(key),
    add(key, now) {
      since ??= now
      if (now - since >= options.windowMs || young.size >= options.maximum) {
        old = young
        young = createTable()
        since = now
      }
      young.add(key)
    },
    get size() {
      return young.size + old.size
    },
  }
}

interface Table {
  has(key: Uint32Array): boolean
  add(key: Uint32Array): void
  readonly size: number
}

/** A hash set of 128-bit keys with open addressing and linear probing, at most half full; it doubles as it fills. */
function createTable(): Table {
  let slots = 1 << 12
  let words = new Uint32Array(slots * 4)
  let size = 0

  const find = (key: Uint32Array): number => {
    const [a = 0, b = 0, c = 0, d = 0] = key
    let at = (b & (slots - 1)) * 4
    while (words[at] !== 0) {
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return at
      at = (at + 4) & (words.length - 1)
    }
    return ~at
  }
  const put = (key: Uint32Array) => {
    const at = find(key)
    if (at >= 0) return
    words.set(key, ~at)
    size++
  }
  const grow = () => {
    const before = words
    slots *= 2
    words = new Uint32Array(slots * 4)
    size = 0
    for (let at = 0; at < before.length; at += 4) if (before[at] !== 0) put(before.subarray(at, at + 4))
  }
  return {
    has: (key) => size > 0 && find(key) >= 0,
    add(key) {
      if (size * 2 >= slots) grow()
      put(key)
    },
    get size() {
      return size
    },
  }
}
