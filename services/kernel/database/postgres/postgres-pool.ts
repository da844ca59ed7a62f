// The pool of connections: bounded, with time limits on everything, numbers read as JavaScript numbers.
import pg from 'pg'

/** Longest wait for a connection, for a query and for a transaction that does nothing, in milliseconds. */
const limits = { connect: 5000, query: 30_000, idleInTransaction: 60_000 }

/** bigint (20) and numeric (1700: sums of bigint) come as text from pg; the product's integers have 53 bits. */
const numeric: ReadonlySet<number> = new Set([20, 1700])

/** Connects lazily. `onLost` hears of connections that broke while nobody used them; the pool replaces them by itself. */
export function createPool(url: string, maximumConnections: number, onLost: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: maximumConnections,
    application_name: 'qianliyan',
    connectionTimeoutMillis: limits.connect,
    statement_timeout: limits.query,
    query_timeout: limits.query + 5000, // a server that went silent
    idle_in_transaction_session_timeout: limits.idleInTransaction,
    keepAlive: true,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        numeric.has(oid) ? Number : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  })
  pool.on('error', onLost)
  // A connection in use that breaks between two queries says so here; the next query on it fails and is told to the caller.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
