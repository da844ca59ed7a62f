// Small parts of live view: what a program says is logged without credentials and bounded; which ffmpeg is taken; a file's pictures keep their time.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../kernel/clock/manual-clock.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { findFfmpeg } from './find-ffmpeg.ts'
import { createPacer } from './pacer.ts'
import { filtersFor } from './picture-filters.ts'
import { createProgramLog } from './program-log.ts'

function rememberingLogger() {
  const lines: string[] = []
  const note = (_about: unknown, line: string) => void lines.push(line)
  return { lines, logger: { debug: note, warn: note } as unknown as Logger }
}

describe('the log of a program', () => {
  it('shows no credential, also where an address is cut by a chunk', () => {
    const { lines, logger } = rememberingLogger()
    const log = createProgramLog(logger, { program: 'ffmpeg' })
    log.take(Buffer.from("Input #0, rtsp, from 'rtsp://pass-1:sec"))
    log.take(Buffer.from("ret@127.0.0.1:8554/lane?tcp':\nhttp://u:p@ss@h/x failed\r\n"))
    expect(lines).toEqual(["Input #0, rtsp, from 'rtsp://***@127.0.0.1:8554/lane?***':", 'http://***@h/x failed'])
    expect(lines.join()).not.toMatch(/sec|ret|p@ss/)
  })

  it('is bounded in lines and in their length', () => {
    const { lines, logger } = rememberingLogger()
    const log = createProgramLog(logger, { program: 'ffmpeg' })
    for (let n = 0; n < 1000; n++) log.take(Buffer.from(`${n} ${'x'.repeat(1000)}\n`))
    expect(lines).toHaveLength(51)
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(300)
    expect(log.last).toMatch(/^999 /)
  })
})

describe('which ffmpeg is taken', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'qly-ffmpeg-'))
  const program = path.join(folder, 'ffmpeg')
  const brought = path.join(folder, 'brought')

  it.each([
    ['the one that is named', '/opt/ffmpeg', folder, '/opt/ffmpeg'],
    ["the system's", undefined, `/nowhere:${folder}`, program],
    ['the one that npm brought, where the system has none', undefined, '/nowhere', brought],
  ])('%s', (_what, named, searchPath, expected) => {
    for (const file of [program, brought]) writeFileSync(file, '')
    for (const file of [program, brought]) chmodSync(file, 0o755)
    expect(findFfmpeg(named, searchPath, () => brought)).toBe(expected)
  })

  it('none, where there is none', () => {
    chmodSync(brought, 0o600)
    expect(findFfmpeg(undefined, '', () => path.join(folder, 'gone'))).toBeUndefined()
    expect(findFfmpeg(undefined, '', () => undefined)).toBeUndefined()
    rmSync(folder, { recursive: true })
  })
})

describe('the pace of a file', () => {
  it('is kept, in order; what has come is not held, what is let go is not done', async () => {
    const clock = createManualClock(1000)
    const pacer = createPacer(clock)
    const seen: [number, number][] = []
    const pass = (time: number) => pacer.at(time, () => void seen.push([clock.now(), time]))
    for (const time of [900, 1000, 1100, 1080, 1200, 1300]) pass(time)
    expect(seen.map(([, time]) => time)).toEqual([900, 1000])
    await clock.advance(150)
    expect(seen.slice(2)).toEqual([
      [1100, 1100],
      [1100, 1080],
    ])
    pass(1150)
    await clock.advance(50)
    expect(seen.slice(4)).toEqual([[1200, 1200]])
    pacer.clear()
    await clock.advance(1000)
    expect([seen.length, clock.pending]).toEqual([5, 0])
  })

  it('is given up where far too much waits', () => {
    const clock = createManualClock(0)
    const pacer = createPacer(clock)
    let done = 0
    for (let n = 0; n < 2500; n++) pacer.at(1e9 + n, () => void done++)
    expect(done).toBe(500)
    pacer.clear()
  })
})

describe('the filters of the picture', () => {
  const sizes = { width: 640, coarseWidth: 128 }
  it('never enlarge, mask by boxes after scaling, and coarsen by blocks before that', () => {
    const mask = [
      [0, 0],
      [0.5, 0],
      [0.5, 0.5],
      [0, 0.5],
    ] as [number, number][]
    expect(filtersFor(sizes, [], false)).toBe("scale=w='min(640,iw)':h=-2")
    expect(filtersFor(sizes, [mask], true)).toBe(
      'scale=128:-2:flags=area,scale=640:-2:flags=neighbor,drawbox=x=iw*0:y=ih*0:w=iw*0.5+1:h=ih*0.5+1:color=black:t=fill',
    )
  })
})
