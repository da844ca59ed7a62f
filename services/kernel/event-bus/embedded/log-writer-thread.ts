// The writer thread of the embedded bus: the only one that changes the log. A commit waits for the disk (measured: median 2–4 ms,
// p99 16–40 ms on a busy 2-core machine), which must not hold up the main thread, where sockets are served.
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'
import {
  type LogEnd,
  type LogPartition,
  lockDirectory,
  logFileOf,
  openLog,
  readEnd,
  readOffsets,
  schemaVersion,
} from './log-file.ts'
import { expireChunk } from './log-retention.ts'
import { asLogError } from './sqlite-error.ts'
import {
  asFailure,
  type ExpireRequest,
  type WriteRequest,
  type WriterReply,
  type WriterRequest,
  type WriterStart,
} from './writer-protocol.ts'

const start = workerData as WriterStart
const port = parentPort
if (port) run(port)

function run(port: NonNullable<typeof parentPort>): void {
  const reply = (message: WriterReply) => port.postMessage(message)
  try {
    const lock = lockDirectory(start.directory)
    const log = open(start)
    reply({ kind: 'ready', ...log.state() })
    port.on('message', (request: WriterRequest) => {
      if (request.kind === 'close') {
        log.close()
        lock.close()
        reply({ kind: 'done' })
        port.close()
        return
      }
      try {
        reply(log.carryOut(request))
      } catch (error) {
        reply(asFailure(asLogError(error, logFileOf(start.directory))))
      }
    })
  } catch (error) {
    reply(asFailure(asLogError(error, logFileOf(start.directory))))
    port.close()
  }
}

interface OpenPartition extends LogPartition {
  readonly insert: StatementSync
  end: LogEnd
}

function open({ directory, topics }: WriterStart) {
  const { db, partitions: shapes } = openLog(directory, topics)
  const partitions: OpenPartition[] = shapes.map((shape) => ({
    ...shape,
    insert: db.prepare(`INSERT INTO ${shape.table} (offset, stored_at, bytes, event) VALUES (?, ?, ?, ?)`),
    end: readEnd(db, shape.table),
  }))
  const putOffset = db.prepare(
    'INSERT INTO offsets (consumer, log, next_offset) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET next_offset = excluded.next_offset',
  )
  const partitionAt = (id: number): OpenPartition => {
    const partition = partitions[id]
    if (!partition) throw new RangeError(`no partition ${id}`)
    return partition
  }

  return {
    state: () => ({
      partitions: shapes,
      ends: partitions.map((partition) => partition.end.offset),
      offsets: readOffsets(db),
    }),
    carryOut(request: Exclude<WriterRequest, { kind: 'close' }>): WriterReply {
      switch (request.kind) {
        case 'write':
          return write(db, request, partitionAt, putOffset)
        case 'expire':
          return expire(db, request, partitionAt(request.partition))
        case 'probe':
          // an open WAL database always takes this; a full or broken disk refuses it
          inTransaction(db, () => db.exec(`PRAGMA user_version = ${schemaVersion}`))
          return { kind: 'done' }
      }
    },
    close: () => db.close(),
  }
}

function write(
  db: DatabaseSync,
  request: WriteRequest,
  partitionAt: (id: number) => OpenPartition,
  putOffset: StatementSync,
): WriterReply {
  const { partitions, texts, storedAt, offsets } = request
  const ends = new Map<OpenPartition, LogEnd>()
  inTransaction(db, () => {
    for (let index = 0; index < texts.length; index++) {
      const partition = partitionAt(partitions[index] as number)
      const text = texts[index] as string
      const end = ends.get(partition) ?? partition.end
      const stored = Math.max(end.storedAt, storedAt)
      const bytes = end.bytes + Buffer.byteLength(text)
      partition.insert.run(end.offset, stored, bytes, text)
      ends.set(partition, { offset: end.offset + 1, bytes, storedAt: stored })
    }
    for (const { group, partition, next } of offsets) putOffset.run(group, partitionAt(partition).table, next)
  })
  for (const [partition, end] of ends) partition.end = end
  return { kind: 'written', ends: [...ends].map(([partition, end]) => [partition.id, end.offset] as const) }
}

function expire(db: DatabaseSync, request: ExpireRequest, partition: OpenPartition): WriterReply {
  let outcome = { events: 0, more: false }
  inTransaction(db, () => {
    outcome = expireChunk(db, partition.table, partition.end, request)
  })
  return { kind: 'expired', ...outcome }
}

/** After a failure nothing of it is kept; SQLite may have rolled back already (disk full). */
function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  try {
    work()
    db.exec('COMMIT')
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}
