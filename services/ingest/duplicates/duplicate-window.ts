// Remembers which (source, id) pairs were seen: 16 bytes each in flat tables, two generations, so that forgetting costs nothing.
import { hash } from 'node:crypto'

export interface DuplicateWindow {
  has(key: DuplicateKey): boolean
  add(key: DuplicateKey, now: number): void
  readonly size: number
}

/** 128 bits of the SHA-256 of an identity, as 16 characters of one byte each: a text costs a third of a buffer. */
export type DuplicateKey = string & { readonly duplicateKey: true }

/** `name` is the identity of a message: its source, a space, its id. */
export function duplicateKey(name: string): DuplicateKey {
  return hash('sha256', name, 'binary').slice(0, 16) as DuplicateKey
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
  has(key: DuplicateKey): boolean
  add(key: DuplicateKey): void
  readonly size: number
}

/** A hash set of 128-bit keys with open addressing and linear probing, at most half full; it doubles as it fills. */
function createTable(): Table {
  let slots = 1 << 12
  let words = new Uint32Array(slots * 4)
  let size = 0

  /** The place of the key, or the complement of the free place where it would go. */
  const find = (a: number, b: number, c: number, d: number): number => {
    let at = (b & (slots - 1)) * 4
    while (words[at] !== 0) {
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return at
      at = (at + 4) & (words.length - 1)
    }
    return ~at
  }
  const put = (a: number, b: number, c: number, d: number) => {
    const at = find(a, b, c, d)
    if (at >= 0) return
    words[~at] = a
    words[~at + 1] = b
    words[~at + 2] = c
    words[~at + 3] = d
    size++
  }
  const grow = () => {
    const before = words
    slots *= 2
    words = new Uint32Array(slots * 4)
    size = 0
    for (let at = 0; at < before.length; at += 4)
      if (before[at] !== 0) put(before[at] ?? 0, before[at + 1] ?? 0, before[at + 2] ?? 0, before[at + 3] ?? 0)
  }
  return {
    has: (key) => size > 0 && find(firstWord(key), word(key, 4), word(key, 8), word(key, 12)) >= 0,
    add(key) {
      if (size * 2 >= slots) grow()
      put(firstWord(key), word(key, 4), word(key, 8), word(key, 12))
    },
    get size() {
      return size
    },
  }
}

function word(key: DuplicateKey, at: number): number {
  return (
    (key.charCodeAt(at) |
      (key.charCodeAt(at + 1) << 8) |
      (key.charCodeAt(at + 2) << 16) |
      (key.charCodeAt(at + 3) << 24)) >>>
    0
  )
}

/** an empty slot has 0 here */
const firstWord = (key: DuplicateKey): number => word(key, 0) || 1
