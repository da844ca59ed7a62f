// Port: pictures, clips and footage by content. Adapters: files (content hash, atomic rename) and s3. Both pass object-store.conformance.ts.
import type { Readable } from 'node:stream'

export interface StoredObject {
  /** `{prefix}/{yyyy}/{mm}/{dd}/{sha256}{extension}`: letters, digits and `/._-` only */
  readonly key: string
  readonly sha256: string
  readonly size: number
  readonly mediaType: string
}

export interface ObjectStore {
  start(signal?: AbortSignal): Promise<void>
  stop(): Promise<void>
  /** Stores bytes under their hash; the same bytes, prefix and day give the same key. Durable when it resolves. */
  put(bytes: Uint8Array | Readable, options: { prefix: string; mediaType: string; at: number }): Promise<StoredObject>
  /** QLY_NOT_FOUND if there is none; QLY_INPUT_INVALID for a key with `..`, an absolute path or another character. */
  get(key: string): Promise<{ stream: Readable; object: StoredObject }>
  delete(key: string): Promise<void>
  list(prefix: string): AsyncIterable<StoredObject>
  check(): Promise<void>
}
