// kill -9 at random moments under load: every finding that the bus took has its effect once, no alert is lost or doubled, timers still fire.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'

const kills = 10
const eventsOfLife = 5
const total = 20_000 * eventsOfLife

const children = new Set<ChildProcess>()
let directory = ''
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  await rm(directory, { recursive: true, force: true })
})

it(`survives ${kills} kills`, async () => {
  directory = await mkdtemp(join(tmpdir(), 'qly-alerts-kill-'))
  let acked = 0
  const moments: number[] = []
  for (let kill = 0; kill < kills; kill++) {
    // Some kills fall into the start, most into the load.
    const moment = Math.round(Math.random() * 500)
    moments.push(moment)
    const program = run(acked, total, 'load')
    if (kill % 4 !== 3) await program.line('ready')
    await sleep(moment)
    program.child.kill('SIGKILL')
    await program.ended
    acked = Math.max(
      acked,
      ...program.lines.filter((line) => line.startsWith('acked')).map((line) => Number(line.slice(6))),
    )
  }
  const end = Math.ceil((acked + 1) / eventsOfLife) * eventsOfLife
  const program = run(acked, end, 'drain')
  const done = await program.line('done')
  const { rows, steps } = JSON.parse(done.slice(5)) as {
    rows: { alert_key: string; open_key: string | null }[]
    steps: [key: string, id: string, action: string, count: number][]
  }
  await program.ended

  // the batch under way at the last kill may have been taken though nobody was told
  const least = end / eventsOfLife
  const context = `killed at ${moments.join(', ')} ms, ${least} alerts`
  expect(least, context).toBeGreaterThan(20)
  const byKey = Map.groupBy(steps, ([key]) => key)
  const lives = [...byKey.values()].map((life) => ({
    ids: new Set(life.map(([, id]) => id)).size,
    actions: life.map(([, , action]) => action).join(' '),
    count: life.at(-1)?.[3],
  }))
  const whole = lives.filter(
    (life) => life.ids === 1 && life.count === 3 && life.actions === 'opened repeated repeated cleared',
  )
  expect(whole.length, context).toBeGreaterThanOrEqual(least)
  expect(
    lives.filter((life) => !whole.includes(life)),
    context,
  ).toEqual([])
  expect(rows.length, context).toBe(byKey.size)
  expect(
    rows.filter((row) => row.open_key !== null),
    context,
  ).toEqual([])
})

function run(first: number, last: number, mode: 'load' | 'drain') {
  const program = join(import.meta.dirname, 'alerts-kill-child.ts')
  const child = spawn(process.execPath, [program, directory, String(first), String(last), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
  })
  children.add(child)
  const lines: string[] = []
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    child,
    lines,
    ended,
    async line(start: string): Promise<string> {
      let over = false
      void ended.then(() => {
        over = true
      })
      for (;;) {
        const found = lines.find((each) => each.startsWith(start))
        if (found !== undefined) return found
        if (over) throw new RangeError(`the program ended without "${start}"`)
        await sleep(2)
      }
    },
  }
}
