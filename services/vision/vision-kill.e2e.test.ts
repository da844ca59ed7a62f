// kill -9 at many moments: two parked cars are told once each, the one that left is ended once, whatever moment the process died at.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { killScene } from './testing/kill-scene.ts'
import { makeModelFolder } from './testing/tiny-onnx.ts'
import { createVisionRig } from './testing/vision-rig.ts'

/** Frames at which the process is killed: while clocks run, at the violations (51, 151), while one is absent, at its end (500). */
const kills = [51, 52, 152, 330, 500]
const child = new URL('./testing/kill-scene.ts', import.meta.url).pathname

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'qly-kill-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** Plays from a frame until the given one is on its way, then kills; answers with the frame to go on from, or `done`. */
function playUntil(model: string, from: number, killAt: number | undefined): Promise<number | 'done'> {
  return new Promise((resolve, reject) => {
    const process_ = spawn(process.execPath, [child, join(directory, 'data'), model, String(from)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let last = from
    let errors = ''
    let finished = false
    process_.stderr.on('data', (chunk: Buffer) => {
      errors += chunk.toString()
    })
    createInterface({ input: process_.stdout }).on('line', (line) => {
      if (line === 'done') finished = true
      else last = Number(line)
      if (killAt !== undefined && last >= killAt) process_.kill('SIGKILL')
    })
    process_.on('exit', (code, signal) => {
      if (signal === 'SIGKILL') resolve(last + 1)
      else if (finished && code === 0) resolve('done')
      else reject(new Error(`the child ended with ${code}: ${errors}`))
    })
  })
}

describe('a process that is killed again and again', () => {
  it('tells every violation once', async () => {
    const model = makeModelFolder(directory, 'pixels')
    let from: number | 'done' = 0
    for (const killAt of [...kills, undefined]) {
      if (from === 'done') break
      if (killAt === undefined || killAt >= from) from = await playUntil(model, from, killAt)
    }
    expect(from).toBe('done')
    const rig = await createVisionRig({ directory: join(directory, 'data') })
    const findings = await rig.findings()
    await rig.stop({ keep: true })
    const told = findings
      .filter(({ phase }) => phase !== 'continued')
      .map(({ phase, findingId }) => ({ phase, findingId }))
    const [first, second] = told.filter(({ phase }) => phase === 'started').map(({ findingId }) => findingId)
    expect(told).toEqual([
      { phase: 'started', findingId: first },
      { phase: 'started', findingId: second },
      { phase: 'ended', findingId: first },
    ])
    expect(first).not.toBe(second)
    const seconds = findings.map(({ at }) => (Date.parse(at) - killScene.startAt) / 1000)
    expect(seconds[0]).toBeLessThan(16)
  }, 120_000)
})
