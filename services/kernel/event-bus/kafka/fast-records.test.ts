// The fast functions against kafkajs's own, which this file loads untouched (it does not import kafkajs.ts).
import { createRequire } from 'node:module'
import fc from 'fast-check'
import type { Message } from 'kafkajs'
import { describe, expect, it } from 'vitest'
import {
  crc32c,
  type EncodeBatch,
  fastEncodeBatch,
  groupMessagesPerPartition,
  type PartitioningInput,
} from './fast-batch.ts'
import {
  type DecodeRecord,
  type EncodeRecord,
  fastDecodeRecord,
  fastEncodeRecord,
  type RecordDecoder,
} from './fast-records.ts'

const require = createRequire(import.meta.url)
const encode = require('kafkajs/src/protocol/recordBatch/record/v0/index.js') as EncodeRecord
const decode = require('kafkajs/src/protocol/recordBatch/record/v0/decoder.js') as DecodeRecord
const group = require('kafkajs/src/producer/groupMessagesPerPartition.js') as typeof groupMessagesPerPartition
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0/index.js') as { RecordBatch: EncodeBatch }
const originalCrc = require('kafkajs/src/protocol/recordBatch/crc32C/index.js') as (bytes: Buffer) => number
const Decoder = require('kafkajs/src/protocol/decoder.js') as new (
  buffer: Buffer,
) => RecordDecoder & { readVarInt(): number }

const text = fc.string({ unit: 'binary', maxLength: 200 })
const bytes = fc.oneof(
  text,
  fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
)
// kafkajs itself mixes up a header called toString with Object.prototype's
const name = text.filter((candidate) => !(candidate in {}))
const headers = fc.dictionary(name, bytes, { maxKeys: 8 })
const record = fc.record(
  {
    offsetDelta: fc.nat(),
    timestampDelta: fc.oneof(fc.constant(0), fc.integer({ min: -1_000_000, max: 1_000_000 })),
    key: fc.option(bytes),
    value: fc.option(bytes),
    headers: fc.oneof(headers, fc.dictionary(name, fc.array(bytes, { minLength: 1, maxLength: 3 }), { maxKeys: 3 })),
  },
  { requiredKeys: [] },
)

describe('the fast functions of kafkajs', () => {
  it('encode a record to the same bytes', () => {
    const fast = fastEncodeRecord(encode)
    fc.assert(
      fc.property(record, (input) => {
        expect(fast(input).buffer.equals(encode(input).buffer)).toBe(true)
      }),
    )
  })

  it('encode a batch to the same bytes, whether or not all its records are simple', async () => {
    const fastRecord = fastEncodeRecord(encode)
    const fast = fastEncodeBatch(RecordBatch)
    const batch = fc.record({
      firstTimestamp: fc.nat(),
      maxTimestamp: fc.nat(),
      producerId: fc.oneof(fc.constant('-1'), fc.bigInt({ min: 0n, max: 2n ** 62n }).map(String)),
      producerEpoch: fc.nat({ max: 1000 }),
      firstSequence: fc.nat(),
      lastOffsetDelta: fc.nat(),
      transactional: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(batch, fc.array(record, { maxLength: 10 }), async (input, records) => {
        const ours = await fast({ ...input, records: records.map(fastRecord) })
        const theirs = await RecordBatch({ ...input, records: records.map(encode) })
        expect(ours.buffer.equals(theirs.buffer)).toBe(true)
        expect(ours.size()).toBe(theirs.size())
      }),
    )
  })

  it('compute the same CRC-32C', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283) // the check value of CRC-32C
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (array) => {
        expect(crc32c(array)).toBe(originalCrc(Buffer.from(array)))
      }),
    )
  })

  it('decode a record to the same values, header values as texts, whatever came before', () => {
    const fast = fastDecodeRecord()
    const position = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 62n }), fc.bigInt({ min: 0n, max: 100n })).map(String)
    const context = fc.record({
      firstOffset: position,
      firstTimestamp: position,
      maxTimestamp: position,
      magicByte: fc.constant(2),
      timestampType: fc.integer({ min: 0, max: 1 }),
      isControlBatch: fc.boolean(),
    })
    fc.assert(
      fc.property(record, context, (input, batch) => {
        const open = () => {
          const decoder = new Decoder(encode(input).buffer)
          decoder.readVarInt() // the length, which the batch decoder reads
          return decoder
        }
        const expected = decode(open(), batch) as { headers: Record<string, unknown> }
        const texts = Object.entries(expected.headers).map(([key, value]) => [key, asText(value)] as const)
        expect(fast(open(), batch)).toEqual({ ...expected, headers: Object.fromEntries(texts) })
      }),
    )
  })

  it('sort messages by partition alike', () => {
    const partitions = fc.array(fc.nat({ max: 11 }), { maxLength: 100 })
    fc.assert(
      fc.property(partitions, fc.boolean(), (wanted, known) => {
        const messages = wanted.map((partition, index): Message => ({ partition, value: String(index) }))
        const partitioner = (choice: unknown) => (choice as { message: Message }).message.partition ?? 0
        const input: PartitioningInput = { topic: 't', partitionMetadata: known ? [{}] : [], messages, partitioner }
        expect(groupMessagesPerPartition(input)).toEqual(group(input))
      }),
    )
  })
})

const asText = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(asText) : Buffer.isBuffer(value) ? value.toString('utf8') : value
