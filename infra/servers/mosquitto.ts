// Mosquitto from Debian: the external MQTT broker of the tests.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { debianPackages } from './debian.ts'
import { listens, waitFor } from './process.ts'
import { host, type ServerDefinition } from './server.ts'

const port = 11_883

export const mosquitto: ServerDefinition = {
  name: 'mosquitto',
  version: 'debian',
  port,
  testEnvironment: { QLY_TEST_MQTT_URL: `mqtt://${host}:${port}` },

  prepare: (_cache, say) => debianPackages(['/usr/sbin/mosquitto'], ['mosquitto', 'mosquitto-clients'], say),

  async command({ directory }) {
    const file = path.join(directory, 'mosquitto.conf')
    writeFileSync(file, configuration(directory))
    return { program: '/usr/sbin/mosquitto', args: ['-c', file], user: 'mosquitto' }
  },

  ready: () => waitFor('Mosquitto', () => listens(host, port)),
}

/** At its defaults Mosquitto drops QoS 1 messages for a slow subscriber while publishers are acknowledged: hence no queue limit. */
const configuration = (directory: string) => `listener ${port} ${host}
allow_anonymous true
max_queued_messages 0
max_inflight_messages 100
persistence true
persistence_location ${directory}/
autosave_interval 1
`
