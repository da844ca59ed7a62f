// npm run sim -- …: simulators against a running system, and MQTT load. `--help` says how.
import { parseArgs } from 'node:util'
import { stringify } from 'yaml'
import { cityParts, createCity } from './city/city.ts'
import { type PasswordOptions, passwordsOf } from './city/passwords.ts'
import { simulatedCity } from './city/simulated-city.ts'
import { runMqttLoad } from './load/mqtt-load.ts'
import { createLineLogger, realClock } from './standalone.ts'

const help = `npm run sim -- COMMAND [OPTIONS]

commands
  city                      the whole simulated city
  ${cityParts.join(' | ')}
                            only that part of it
  config                    print the city's cameras and devices as YAML, to put into a configuration
  load                      QoS 1 readings as fast as the broker acknowledges them

where to
  --mqtt URL                mqtt://127.0.0.1:1883
  --rtsp URL                rtsp://127.0.0.1:8554
passwords (user name = device id)
  --config FILE             devices[].password of a configuration
  --password TEXT           the same for every device
options
  --seed N                  default 20200628
  --speed N                 scripts run so many times as fast; default 1
  --seconds N               stop after so long; default: Ctrl-C
load
  --device ID,ID,…          who sends (user name = id)
  --kind KIND               default noise
  --messages N              default 100000
  --window N                unacknowledged messages of a device; default 64
  --bytes N                 size of a payload; default 300
`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    mqtt: { type: 'string', default: 'mqtt://127.0.0.1:1883' },
    rtsp: { type: 'string', default: 'rtsp://127.0.0.1:8554' },
    config: { type: 'string' },
    password: { type: 'string' },
    seed: { type: 'string', default: '20200628' },
    speed: { type: 'string', default: '1' },
    seconds: { type: 'string' },
    device: { type: 'string' },
    kind: { type: 'string', default: 'noise' },
    messages: { type: 'string', default: '100000' },
    window: { type: 'string', default: '64' },
    bytes: { type: 'string', default: '300' },
  },
})

const logger = createLineLogger((level, details, message) => {
  if (level !== 'debug') console.log(`${new Date().toISOString()} ${message} ${JSON.stringify(details)}`)
})
const command = positionals[0]

try {
  if (values.help || command === undefined) console.log(help)
  else if (command === 'config') printConfig()
  else if (command === 'load') await load()
  else if (command === 'city' || (cityParts as readonly string[]).includes(command)) await city(command)
  else throw new Error(`there is no command "${command}"; --help lists them`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}

function printConfig(): void {
  const { cameras, devices } = simulatedCity()
  const withPasswords = devices.map((device) =>
    device.gateway ? device : { ...device, password: values.password ?? 'change-me-please' },
  )
  console.log(stringify({ cameras, devices: withPasswords }))
}

async function city(name: string): Promise<void> {
  const city = createCity(
    { clock: realClock, logger },
    {
      config: { simulators: { enabled: true, seed: number('seed'), speed: number('speed') } },
      mqttUrl: values.mqtt,
      rtspUrl: values.rtsp,
      passwords: passwordsOf(passwordOptions(), simulatedCity().devices),
      ...(name === 'city' ? {} : { parts: [name as (typeof cityParts)[number]] }),
    },
  )
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  await city.start(stopping.signal)
  await realClock.sleep(values.seconds ? number('seconds') * 1000 : 2 ** 31 - 1, stopping.signal).catch(() => undefined)
  await city.stop()
}

async function load(): Promise<void> {
  const ids = values.device?.split(',') ?? []
  if (ids.length === 0) throw new Error('load needs --device ID,ID,…')
  const known = passwordsOf(
    passwordOptions(),
    ids.map((id) => ({ id })),
  )
  const url = new URL(values.mqtt)
  const result = await runMqttLoad(
    { clock: realClock },
    {
      host: url.hostname,
      port: Number(url.port || 1883),
      devices: ids.map((id) => ({ id, kind: values.kind, password: known[id] ?? '' })),
      messages: number('messages'),
      window: number('window'),
      bytes: number('bytes'),
    },
  )
  console.log(JSON.stringify(result))
}

function passwordOptions(): PasswordOptions {
  return {
    ...(values.config === undefined ? {} : { configFile: values.config }),
    ...(values.password === undefined ? {} : { password: values.password }),
  }
}

function number(name: 'seed' | 'speed' | 'seconds' | 'messages' | 'window' | 'bytes'): number {
  const value = Number(values[name])
  if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number, not "${values[name]}"`)
  return value
}
