// The real servers for whole-app tests: a topic prefix, a bucket and a database of the test's own.
import pg from 'pg'

export interface RealServers {
  /** for the configuration file */
  readonly config: Record<string, unknown>
  remove(): Promise<void>
}

/** Reads QLY_TEST_… (left by `npm run servers -- up`); throws if a server is missing. */
export async function realServers(name: string): Promise<RealServers> {
  const unique = `${name}-${Date.now().toString(36)}`
  const databaseName = `qly_${unique.replaceAll('-', '_')}`
  const admin = new pg.Client({ connectionString: needed('QLY_TEST_POSTGRES_URL') })
  await admin.connect()
  await admin.query(`CREATE DATABASE ${databaseName}`)
  const url = new URL(needed('QLY_TEST_POSTGRES_URL'))
  url.pathname = `/${databaseName}`
  return {
    config: {
      bus: {
        engine: 'kafka',
        kafka: {
          brokers: needed('QLY_TEST_KAFKA_BROKERS').split(','),
          topicPrefix: `${unique}.`,
          sessionTimeoutMs: 6000,
        },
      },
      timeSeries: {
        engine: 'influxdb',
        influx: {
          url: needed('QLY_TEST_INFLUX_URL'),
          token: needed('QLY_TEST_INFLUX_TOKEN'),
          org: needed('QLY_TEST_INFLUX_ORG'),
          bucket: unique,
        },
      },
      database: { url: url.href },
    },
    async remove() {
      await admin.query(`DROP DATABASE ${databaseName} WITH (FORCE)`)
      await admin.end()
    },
  }
}

function needed(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: start the servers with \`npm run servers -- up\``)
  return value
}
