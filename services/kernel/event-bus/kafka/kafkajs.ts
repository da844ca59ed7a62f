// kafkajs as we use it: version 2.2.4 with inner functions replaced by faster ones (fast-records.ts, fast-batch.ts) before it is loaded.
// The library is no longer maintained, so the version will not change under us; with another one, or if somebody loaded it before, it stays as it is.
import { createRequire } from 'node:module'
import type * as Kafkajs from 'kafkajs'
import { type EncodeBatch, fastEncodeBatch, groupMessagesPerPartition } from './fast-batch.ts'
import { type EncodeRecord, fastDecodeRecord, fastEncodeRecord } from './fast-records.ts'

const require = createRequire(import.meta.url)
const knownVersion = '2.2.4'
const inner = {
  encodeRecord: 'kafkajs/src/protocol/recordBatch/record/v0/index.js',
  encodeBatch: 'kafkajs/src/protocol/recordBatch/v0/index.js',
  decodeRecord: 'kafkajs/src/protocol/recordBatch/record/v0/decoder.js',
  groupMessages: 'kafkajs/src/producer/groupMessagesPerPartition.js',
  requestQueue: 'kafkajs/src/network/requestQueue/index.js',
}

// we choose partitions ourselves (murmur2.ts), so kafkajs's warning about its changed default does not concern us
process.env.KAFKAJS_NO_PARTITIONER_WARNING ??= '1'

if ((require('kafkajs/package.json') as { version: string }).version === knownVersion) {
  replace(inner.encodeRecord, fastEncodeRecord(require(inner.encodeRecord) as EncodeRecord))
  const batch = require(inner.encodeBatch) as { RecordBatch: EncodeBatch }
  replace(inner.encodeBatch, { ...batch, RecordBatch: fastEncodeBatch(batch.RecordBatch) })
  replace(inner.decodeRecord, fastDecodeRecord())
  replace(inner.groupMessages, groupMessagesPerPartition)
  sparePointlessTimers(require(inner.requestQueue) as RequestQueue)
}

/** Who requires the file from now on gets the replacement. */
function replace(file: string, replacement: unknown): void {
  require(file)
  const loaded = require.cache[require.resolve(file)]
  if (loaded) loaded.exports = replacement
}

interface RequestQueue {
  prototype: {
    pending: unknown[]
    throttledUntil: number
    throttleCheckTimeoutId: unknown
    scheduleCheckPendingRequests(): void
  }
}

/** With nothing waiting and no throttling it would set a timer for a time long ago, at which Node warns on the console. */
function sparePointlessTimers({ prototype }: RequestQueue): void {
  const schedule = prototype.scheduleCheckPendingRequests
  prototype.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0 || this.throttledUntil > Date.now()) schedule.call(this)
  }
}

export const { Kafka, logLevel, AssignerProtocol, Partitioners } = require('kafkajs') as typeof Kafkajs
