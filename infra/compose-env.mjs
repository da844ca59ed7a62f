// Makes what compose.yaml needs and nobody may choose by default: random secrets in infra/.env and Mosquitto's password file.
//   node infra/compose-env.mjs              makes what is missing; keeps what is there
//   node infra/compose-env.mjs device ID    makes an MQTT password for a device and prints it, once
// Depends on nothing but Node 20.
import { pbkdf2Sync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const folder = path.resolve(process.env.COMPOSE_ENV_FOLDER ?? import.meta.dirname)
const envFile = path.join(folder, '.env')
const passwordFile = path.join(folder, 'mosquitto', 'passwords')

/** 192 random bits, in characters that need no quoting in URLs, YAML or shells. */
const secret = () => randomBytes(24).toString('base64url')

const makers = {
  ADMIN_TOKEN: secret,
  INFLUX_ADMIN_PASSWORD: secret,
  INFLUX_TOKEN: secret,
  POSTGRES_PASSWORD: secret,
  MQTT_PASSWORD: secret,
  GRAFANA_ADMIN_PASSWORD: secret,
  // Kafka wants a UUID in base64url, 22 characters that do not begin with a dash
  KAFKA_CLUSTER_ID: () => `q${randomBytes(16).toString('base64url').slice(1)}`,
}

const [command, id] = process.argv.slice(2)
if (command === undefined) {
  const made = completeEnvironment()
  setPassword('qianliyan', readEnvironment().MQTT_PASSWORD)
  console.log(
    made.length > 0
      ? `${envFile}: made ${made.join(', ')}. Keep this file; it is the only copy.`
      : `${envFile} is complete; nothing was changed.`,
  )
  console.log('Next: docker compose -f infra/compose.yaml up --build -d')
  console.log(
    'The console is at http://127.0.0.1:8080, Grafana at http://127.0.0.1:3000 (admin, GRAFANA_ADMIN_PASSWORD).',
  )
} else if (command === 'device' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(id ?? '') && id !== 'qianliyan') {
  const password = secret()
  setPassword(id, password)
  console.log(`MQTT user ${id}, password ${password} (not kept anywhere in clear).`)
  console.log('Let Mosquitto read it: docker compose -f infra/compose.yaml kill -s HUP mosquitto')
} else {
  console.error('usage: node infra/compose-env.mjs [device ID]   ID: letters, digits, . _ - (at most 64)')
  process.exitCode = 2
}

/** Adds the secrets that are missing; readable by its owner only. */
function completeEnvironment() {
  const present = readEnvironment()
  const missing = Object.keys(makers).filter((name) => !present[name])
  if (missing.length > 0) {
    const text = existsSync(envFile) ? `${readFileSync(envFile, 'utf8').trimEnd()}\n` : '# secrets of compose.yaml\n'
    const lines = missing.map((name) => `${name}=${makers[name]()}\n`)
    writeFileSync(envFile, text + lines.join(''), { mode: 0o600 })
  }
  return missing
}

function readEnvironment() {
  if (!existsSync(envFile)) return {}
  const pairs = readFileSync(envFile, 'utf8').matchAll(/^([A-Z_]+)=(.*)$/gm)
  return Object.fromEntries([...pairs].map(([, name, value]) => [name, value.trim()]))
}

/** Mosquitto 2's own format: $7$, PBKDF2-HMAC-SHA-512, 64 bytes. The container's user must read it, so it is not secret: only hashes are in it. */
function setPassword(user, password) {
  const salt = randomBytes(12)
  const iterations = 20_000
  const hash = pbkdf2Sync(password, salt, iterations, 64, 'sha512')
  const line = `${user}:$7$${iterations}$${salt.toString('base64')}$${hash.toString('base64')}`
  const old = existsSync(passwordFile) ? readFileSync(passwordFile, 'utf8').split('\n') : []
  const others = old.filter((each) => each !== '' && !each.startsWith(`${user}:`))
  mkdirSync(path.dirname(passwordFile), { recursive: true })
  writeFileSync(passwordFile, `${[...others, line].join('\n')}\n`, { mode: 0o644 })
}
