// kill -9 at random moments: every acknowledged event has changed the room once and has been answered; none is lost, none counts twice.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestRoom } from './test-room.ts'

const devices = 10
const rounds = 5

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'qly-crash-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

it('counts and answers every event exactly once over kill -9 at random moments', async () => {
  let next = Array.from({ length: devices }, () => 0)
  for (let round = 0; round < rounds; round++) {
    const acknowledged = await runAndKill(next, 20 + Math.random() * 300)
    // the publication under way may be stored or not; numbers go on after it
    next = next.map((number, index) => Math.max(number, (acknowledged.get(`device-${index}`) ?? -1) + 2))
  }
  const room = await openTestRoom(directory)
  const stored = new Set<string>()
  const tail = await room.bus.tail({ topics: ['qly.reading.v1'], from: 'earliest' }, ({ event }) => {
    stored.add(event.id)
  })
  while ((await tail.lag()) > 0) await sleep(5)
  await room.consumer.start()
  const total = async () => Object.values(await room.counts()).reduce((sum, count) => sum + count, 0)
  await room.until(async () => (await total()) >= stored.size && new Set(await answers()).size >= stored.size)

  async function answers(): Promise<string[]> {
    return await room.published('qly.answer.v1')
  }
  expect(stored.size).toBeGreaterThan(50)
  expect(await total()).toBe(stored.size)
  expect(new Set(await answers())).toEqual(new Set([...stored].map((id) => `counted-${id}`)))
  expect(await room.published('qly.dead-letter.v1')).toEqual([])
  await room.stop()
}, 60_000)

/** Device → highest acknowledged number. */
async function runAndKill(from: readonly number[], afterMs: number): Promise<Map<string, number>> {
  const program = new URL('./test-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, directory, JSON.stringify(from)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  while (!output.includes('ready')) {
    if (child.exitCode !== null) throw new Error(`the child ended with ${child.exitCode}`)
    await sleep(5)
  }
  await sleep(afterMs)
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
  const acknowledged = new Map<string, number>()
  for (const line of output.slice(0, output.lastIndexOf('\n')).split('\n').slice(1)) {
    const [device = '', number] = line.split(' ')
    acknowledged.set(device, Number(number))
  }
  return acknowledged
}
