// InfluxDB for benchmarks: the server of `npm run servers -- up`, a bucket of its own, and the bare client as one would write it.
import { randomUUID } from 'node:crypto'
import { InfluxDB, Point } from '@influxdata/influxdb-client'
import '../../servers/test-environment.ts'
import type { Reading } from './readings.ts'

export interface BenchInflux {
  readonly config: {
    url: string
    token: string
    org: string
    bucket: string
    batchSize: number
    retryBufferPoints: number
    retentionDays: number
  }
  /** readings that the bucket holds */
  count(): Promise<number>
  remove(): Promise<void>
}

/** An empty bucket. */
export async function createBenchBucket(): Promise<BenchInflux> {
  const given = (name: string): string => {
    const value = process.env[name]
    if (!value) throw new Error(`${name} is not set: start InfluxDB with \`npm run servers -- up\``)
    return value
  }
  const [url, token, org] = [given('QLY_TEST_INFLUX_URL'), given('QLY_TEST_INFLUX_TOKEN'), given('QLY_TEST_INFLUX_ORG')]
  const bucket = `bench-${randomUUID()}`
  const influx = new InfluxDB({ url, token, timeout: 60_000 })
  const found = (await influx.transport.request(`/api/v2/orgs?org=${org}`, '', { method: 'GET' })) as {
    orgs: { id: string }[]
  }
  const created = (await influx.transport.request(
    '/api/v2/buckets',
    { orgID: found.orgs[0]?.id, name: bucket, retentionRules: [] },
    { method: 'POST' },
  )) as { id: string }
  return {
    config: { url, token, org, bucket, batchSize: 5000, retryBufferPoints: 1_000_000, retentionDays: 30 },
    async count() {
      const question = `from(bucket: "${bucket}") |> range(start: 0) |> filter(fn: (r) => r._field == "ph") |> count() |> group() |> sum()`
      const rows = await influx.getQueryApi(org).collectRows<{ _value: number }>(question)
      return rows[0]?._value ?? 0
    },
    remove: () => influx.transport.request(`/api/v2/buckets/${created.id}`, '', { method: 'DELETE' }),
  }
}

/** The bare client at its best: batches of 5,000 gzipped lines, as many under way as it likes; resolves when all are acknowledged. */
export async function writeBare({ config }: BenchInflux, readings: readonly Reading[]): Promise<void> {
  const acknowledged = Promise.withResolvers<void>()
  let left = readings.length
  const api = new InfluxDB({ url: config.url, token: config.token, timeout: 60_000 }).getWriteApi(
    config.org,
    config.bucket,
    'ms',
    {
      batchSize: config.batchSize,
      flushInterval: 0,
      maxRetries: 0,
      writeSuccess(lines) {
        left -= lines.length
        if (left === 0) acknowledged.resolve()
      },
      writeFailed: (error) => acknowledged.reject(error),
    },
  )
  for (const { deviceId, time, values } of readings) {
    const point = new Point('reading').tag('deviceId', deviceId).tag('kind', 'river').timestamp(time)
    for (const [name, value] of Object.entries(values)) point.floatField(name, value)
    api.writePoint(point)
  }
  await api.flush()
  await acknowledged.promise
  await api.close()
}
