// Broker, ingest and bus in a process of their own, as the product runs them and as Telegraf runs beside them. The configuration (YAML) is the first
// argument; says its port to the parent when it is up, and ends when told to.
import { openPlant } from '../../../services/broker/testing/device-plant.ts'

const plant = await openPlant({ watch: false, yaml: process.argv[2] ?? '' })
process.once('message', () => void plant.close().then(() => process.exit(0)))
process.send?.({ port: plant.broker.port })
