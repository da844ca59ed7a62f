// Environment variables over the file (design.md §3). They are put into the tree before it is checked, so one check serves both.
import type { ConfigFault } from './load-config.ts'

type Convert = (text: string) => unknown

const text: Convert = (value) => value
const number: Convert = (value) => (/^\d+$/.test(value.trim()) ? Number(value) : value)
const list: Convert = (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

/** Variable → place in the configuration. */
export const environmentVariables: Readonly<
  Record<string, { path: readonly string[]; convert: Convert; meaning: string }>
> = {
  QLY_DATA_DIR: { path: ['dataDir'], convert: text, meaning: 'data directory' },
  QLY_BIND: { path: ['bind'], convert: text, meaning: 'address to listen on (127.0.0.1)' },
  QLY_HTTP_PORT: { path: ['http', 'port'], convert: number, meaning: 'HTTP port (8080)' },
  QLY_MQTT_PORT: { path: ['mqtt', 'port'], convert: number, meaning: 'MQTT port (1883)' },
  QLY_RTSP_PORT: { path: ['rtsp', 'port'], convert: number, meaning: 'RTSP port (8554)' },
  QLY_RTSP_ADVERTISE: {
    path: ['rtsp', 'advertise'],
    convert: text,
    meaning: 'host:port at which other processes of the deployment reach the RTSP server (bind and port)',
  },
  QLY_ADMIN_TOKEN: { path: ['http', 'adminToken'], convert: text, meaning: 'a bearer token with all rights' },
  QLY_BUS: { path: ['bus', 'engine'], convert: text, meaning: 'embedded | kafka' },
  QLY_KAFKA_BROKERS: { path: ['bus', 'kafka', 'brokers'], convert: list, meaning: 'host:port, comma-separated' },
  QLY_TIMESERIES: { path: ['timeSeries', 'engine'], convert: text, meaning: 'embedded | influxdb' },
  QLY_INFLUX_URL: { path: ['timeSeries', 'influx', 'url'], convert: text, meaning: 'InfluxDB address' },
  QLY_INFLUX_TOKEN: { path: ['timeSeries', 'influx', 'token'], convert: text, meaning: 'InfluxDB token' },
  QLY_INFLUX_ORG: { path: ['timeSeries', 'influx', 'org'], convert: text, meaning: 'InfluxDB organisation' },
  QLY_INFLUX_BUCKET: { path: ['timeSeries', 'influx', 'bucket'], convert: text, meaning: 'InfluxDB bucket' },
  QLY_DATABASE_URL: {
    path: ['database', 'url'],
    convert: text,
    meaning: 'postgres://… (SQLite in the data directory)',
  },
  QLY_MQTT_URL: { path: ['mqtt', 'url'], convert: text, meaning: 'an external MQTT broker instead of ours' },
  QLY_LOG_LEVEL: { path: ['logging', 'level'], convert: text, meaning: 'debug | info | warn | error | silent' },
}

/** Writes the variables that are set into `tree`; answers with faults for unknown QLY_ variables (a misspelt one must not be silent). */
export function applyEnvironment(tree: unknown, environment: NodeJS.ProcessEnv): ConfigFault[] {
  const faults: ConfigFault[] = []
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith('QLY_') || name.startsWith('QLY_TEST_') || value === undefined || value === '') continue
    const variable = environmentVariables[name]
    if (!variable) {
      faults.push({
        path: name,
        message: `unknown environment variable; known: ${Object.keys(environmentVariables).join(' ')}`,
      })
    } else if (typeof tree === 'object' && tree !== null) {
      put(tree as Record<string, unknown>, variable.path, variable.convert(value))
    }
  }
  return faults
}

function put(tree: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path
  if (first === undefined) return
  if (rest.length === 0) {
    tree[first] = value
    return
  }
  const next = tree[first]
  const child = typeof next === 'object' && next !== null ? (next as Record<string, unknown>) : {}
  tree[first] = child
  put(child, rest, value)
}
