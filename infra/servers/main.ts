// `npm run servers -- up|down|stop|start|status [NAME…]`: real Kafka, InfluxDB, PostgreSQL and Mosquitto on loopback, without Docker.
import { parseArgs } from 'node:util'
import { cache, down, environmentFile, isUp, serverNamed, servers, startServer, stopServer, up } from './servers.ts'

const help = `npm run servers -- COMMAND [NAME…]

  up       get, build (first time about 7 minutes) and start; the integration tests find them by themselves
  down     stop and remove their data (what was built stays in ${cache})
  stop     stop and keep the data, as in an outage
  start    start again
  status   which are up

NAME: ${servers.map((server) => server.name).join(', ')}; default all.`

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: 'boolean', short: 'h' } },
})
const [command, ...names] = positionals

try {
  const chosen = names.length === 0 ? servers : names.map(serverNamed)
  if (values.help || command === undefined) console.log(help)
  else if (command === 'up') {
    await up(chosen, say)
    say(`environment of the tests: ${environmentFile}`)
  } else if (command === 'down') await down(chosen)
  else if (command === 'stop') await Promise.all(chosen.map((server) => stopServer(server)))
  else if (command === 'start') for (const server of chosen) await startServer(server, say)
  else if (command === 'status') for (const server of chosen) say(`${server.name}: ${isUp(server) ? 'up' : 'down'}`)
  else throw new Error(`unknown command "${command}"\n\n${help}`)
} catch (error) {
  console.error((error as Error).message)
  const cause = (error as Error).cause
  if (cause instanceof Error) console.error(`  ${cause.message}`)
  process.exitCode = 1
}

function say(text: string): void {
  console.log(text)
}
