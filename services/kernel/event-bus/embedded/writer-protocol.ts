// What the bus and its writer thread say to each other. One request is in flight at a time.
import type { AppError, ErrorCode } from '../../../contracts/errors.ts'
import type { LogPartition, TopicShape } from './log-file.ts'

export interface WriterStart {
  readonly directory: string
  readonly topics: readonly TopicShape[]
}

/** A consumer group's next offset in a partition. */
export interface OffsetCommit {
  readonly group: string
  readonly partition: number
  readonly next: number
}

/** Appends and offset commits of one transaction; `partitions[i]` is where `texts[i]` goes. */
export interface WriteRequest {
  readonly kind: 'write'
  readonly partitions: readonly number[]
  readonly texts: readonly string[]
  readonly storedAt: number
  readonly offsets: readonly OffsetCommit[]
}

/** Deletes at most one chunk of what is older than `before` (ms since the epoch) or exceeds `maximumBytes`. */
export interface ExpireRequest {
  readonly kind: 'expire'
  readonly partition: number
  readonly before: number
  readonly maximumBytes: number
}

/** Proves that the log can be written. */
export interface ProbeRequest {
  readonly kind: 'probe'
}

export interface CloseRequest {
  readonly kind: 'close'
}

export type WriterRequest = WriteRequest | ExpireRequest | ProbeRequest | CloseRequest

export interface ReadyReply {
  readonly kind: 'ready'
  readonly partitions: readonly LogPartition[]
  /** next offset of each partition, by partition id */
  readonly ends: readonly number[]
  readonly offsets: ReadonlyMap<string, ReadonlyMap<string, number>>
}

export interface WrittenReply {
  readonly kind: 'written'
  /** pairs of partition id and its new end */
  readonly ends: readonly (readonly [partition: number, end: number])[]
}

export interface ExpiredReply {
  readonly kind: 'expired'
  readonly events: number
  readonly more: boolean
}

export interface DoneReply {
  readonly kind: 'done'
}

export interface FailedReply {
  readonly kind: 'failed'
  readonly code: ErrorCode
  readonly message: string
}

export type WriterReply = ReadyReply | WrittenReply | ExpiredReply | DoneReply | FailedReply

export const asFailure = (error: AppError): FailedReply => ({
  kind: 'failed',
  code: error.code,
  message: error.message,
})
