// Telegraf, built with only what the MQTT → Kafka comparison needs: the peer of `npm run bench`, not a server of the tests.
import { existsSync, mkdirSync } from 'node:fs'
import path from 'node:path'
import { run } from './process.ts'

const version = '1.37.2'
const tags =
  'custom,inputs.mqtt_consumer,outputs.kafka,parsers.value,parsers.json_v2,serializers.json,serializers.influx'

export const telegrafBinary = (cache: string) => path.join(cache, `telegraf-${version}`, 'telegraf')

/** Builds it once a machine (about a minute). */
export async function prepareTelegraf(cache: string, say: (text: string) => void): Promise<string> {
  const binary = telegrafBinary(cache)
  if (existsSync(binary)) return binary
  say(`building Telegraf ${version} …`)
  mkdirSync(path.dirname(binary), { recursive: true })
  const env = { ...process.env, GOBIN: path.dirname(binary), GOFLAGS: '' }
  await run('go', ['install', '-tags', tags, `github.com/influxdata/telegraf/cmd/telegraf@v${version}`], { env })
  return binary
}
