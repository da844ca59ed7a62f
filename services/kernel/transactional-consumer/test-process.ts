// For transactional-crash.test.ts, which kills it: publishes readings on several devices, each also a second time, while the test room counts them.
// Says on stdout what was acknowledged: "DEVICE NUMBER".
import { say } from '../event-bus/test-output.ts'
import { openTestRoom, reading } from './test-room.ts'

const [directory = '', from = '[]'] = process.argv.slice(2)
const room = await openTestRoom(directory)
await room.consumer.start()
say('ready\n')
await Promise.all(
  (JSON.parse(from) as number[]).map(async (first, index) => {
    const device = `device-${index}`
    for (let number = first; ; number++) {
      await room.bus.publish([reading(device, `${device}-${number}`)])
      say(`${device} ${number}\n`)
      await room.bus.publish([reading(device, `${device}-${number}`)])
    }
  }),
)
