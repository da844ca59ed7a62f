// Sees to it that organisation and bucket are there, as far as the token may.
import type { InfluxDB } from '@influxdata/influxdb-client'
import type { TimeSeriesConfig } from '../../../contracts/config/engines.ts'
import type { Logger } from '../../logging/logger.ts'
import { influxError, statusOf } from './influx-errors.ts'

type Config = TimeSeriesConfig['influx'] & { retentionDays: number }

interface Bucket {
  readonly retentionRules?: readonly { readonly everySeconds: number }[]
}

/** Creates what is missing. The retention of a bucket that exists is not touched, since shortening it deletes data: a difference is logged. */
export async function ensureBucket(influx: InfluxDB, config: Config, logger: Logger): Promise<void> {
  const everySeconds = Math.round(config.retentionDays * 86_400)
  const bucket = await find<Bucket>(influx, 'buckets', { org: config.org, name: config.bucket })
  if (bucket) {
    const stored = bucket.retentionRules?.[0]?.everySeconds ?? 0
    if (stored !== everySeconds)
      logger.warn(
        { bucket: config.bucket, bucketDays: stored / 86_400 || 'for ever', configuredDays: config.retentionDays },
        'the InfluxDB bucket keeps data for another time than timeSeries.retentionDays; it is left as it is',
      )
    return
  }
  const org =
    (await find<{ id: string }>(influx, 'orgs', { org: config.org })) ??
    (await create<{ id: string }>(influx, 'orgs', { name: config.org }))
  const retentionRules = [{ type: 'expire', everySeconds }]
  await create(influx, 'buckets', { orgID: org.id, name: config.bucket, retentionRules })
  logger.info({ bucket: config.bucket, org: config.org, days: config.retentionDays }, 'InfluxDB bucket created')
}

async function find<Found>(
  influx: InfluxDB,
  what: 'orgs' | 'buckets',
  by: Record<string, string>,
): Promise<Found | undefined> {
  try {
    const answer = await influx.transport.request(`/api/v2/${what}?${new URLSearchParams(by)}`, '', { method: 'GET' })
    return (answer as Record<string, Found[] | undefined>)[what]?.[0]
  } catch (error) {
    const known = influxError(error, `looking for ${Object.values(by).join('/')}`)
    if (statusOf(known) === 404) return undefined
    throw known
  }
}

async function create<Created>(
  influx: InfluxDB,
  what: 'orgs' | 'buckets',
  body: { name: string } & Record<string, unknown>,
): Promise<Created> {
  try {
    return await influx.transport.request(`/api/v2/${what}`, body, { method: 'POST' })
  } catch (error) {
    throw influxError(error, `creating ${what === 'orgs' ? 'organisation' : 'bucket'} ${body.name}`)
  }
}
