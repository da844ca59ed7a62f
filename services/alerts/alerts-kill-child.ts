// For alerts-kill.e2e.test.ts: a program that runs the alerts service under load until it is killed, or (drain) until all is done.
// Says `ready`, then `acked N` whenever the bus has taken the events before N; in drain mode at last `done` with what there is.
import type { FindingChanged } from '../contracts/events/finding-changed-v1.ts'
import { findingEvent, openTestbed, until } from './alerts-testbed.ts'
import { iso } from './life-cycle/alert-record.ts'
import { findingOf } from './life-cycle/story.ts'

const [directory = '', first = '0', last = '0', mode = 'load'] = process.argv.slice(2)

/** The life of each key in five events; their ids are their numbers, so publishing one again is a duplicate. */
export const life: readonly [findingId: string, phase: FindingChanged['phase']][] = [
  ['a', 'started'],
  ['b', 'started'],
  ['a', 'continued'],
  ['a', 'ended'],
  ['b', 'ended'],
]
const batch = 10

const bed = await openTestbed(directory, {
  config: {
    alerts: {
      clearAfterQuietSeconds: 1,
      repeatedEverySeconds: 0,
      storm: { opensPerMinute: 1_000_000, openPerKind: 1_000_000 },
    },
  },
})
say('ready')
for (let from = Number(first); from < Number(last); from += batch) {
  const numbers = Array.from({ length: Math.min(batch, Number(last) - from) }, (_, index) => from + index)
  await bed.bus.publish(numbers.map(eventOf))
  say(`acked ${from + numbers.length}`)
}
if (mode === 'drain') {
  await bed.settled()
  await until(
    async () =>
      (await bed.room.db.selectFrom('timer').select('name').where('owner', '=', 'alert').execute()).length === 0,
  )
  await until(async () => (await bed.room.db.selectFrom('outbox').select('id').execute()).length === 0)
  await bed.settled()
  const rows = await bed.room.db.selectFrom('alert').select(['alert_key', 'open_key']).execute()
  const steps = bed.steps.map(({ alert, step }) => [alert.key, alert.id, step.action, alert.count])
  say(`done ${JSON.stringify({ rows, steps })}`)
  await bed.stop()
}

function eventOf(number: number) {
  const key = Math.floor(number / life.length)
  const [findingId, phase] = life[number % life.length] ?? ['a', 'started']
  const at = iso(bed.clock.now())
  const words = {
    phase,
    findingId: `${key}/${findingId}`,
    cameraId: `cam-${key % 16}`,
    subject: `car-${key}`,
    at,
    since: at,
  }
  return findingEvent(findingOf('zombie_vehicle', words), String(number))
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
