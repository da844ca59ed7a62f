// Live tiles a core: processor time of one more live camera, of this process and its ffmpeg programs, over that of the cameras alone.
// How to misread it: watchers are called directly, so sockets are not in it; cameras play files, whose decoding for vision (0.2 pictures a second are
// asked for, all are decoded) is in both measurements and so drops out; a second watcher of the same camera costs next to nothing.
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { makeClip } from '../../../services/media/testing/make-clip.ts'
import type { Bench } from '../bench-port.ts'
import { startLiveRig } from './live-rig.ts'

const sizes = [
  [640, 360, 4],
  [1920, 1080, 2],
] as const
const [settleMs, measuredMs] = [4000, 8000]
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

export const bench: Bench = {
  name: 'live tiles per core',
  needs: [],
  async run(report) {
    const folder = await mkdtemp(path.join(tmpdir(), 'qly-live-bench-'))
    try {
      for (const [width, height, count] of sizes) {
        const file = path.join(folder, `${width}.mp4`)
        await makeClip(file, { seconds: 4, fps: 25, width, height })
        const source = pathToFileURL(file).href
        const ids = Array.from({ length: count }, (_, n) => `lane-${n}`)
        const rig = await startLiveRig(ids.map((id) => ({ id, name: id, source, loop: true })))
        await sleep(settleMs)
        const alone = await coresUsed()
        for (const format of ['mpeg1', 'fmp4'] as const) {
          let bytes = 0
          const leave = ids.map((cameraId) =>
            rig.live.watch(
              { cameraId, format, masked: false, coarse: false },
              {
                waitingBytes: 0,
                news() {},
                picture(piece) {
                  bytes += piece.length
                },
                end() {},
              },
            ),
          )
          await sleep(settleMs)
          const before = bytes
          const watched = await coresUsed()
          if (bytes === before) throw new Error(`nothing came as ${format}`)
          for (const go of leave) go()
          const each = Math.max(1e-4, (watched - alone) / count)
          report({ what: `${width}×${height} at 25, ${format}`, value: 1 / each, unit: 'tiles/core' })
          await sleep(500)
        }
        await rig.stop()
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/** Cores used by this process and its ffmpeg programs over the measured time. */
async function coresUsed(): Promise<number> {
  const [from, began] = [seconds(), performance.now()]
  await sleep(measuredMs)
  return ((seconds() - from) * 1000) / (performance.now() - began)
}

/** clock ticks of /proc/PID/stat, on every Linux that Node runs on */
const ticksPerSecond = 100

function seconds(): number {
  const { user, system } = process.cpuUsage()
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const ticks = children.reduce((sum, pid) => sum + ticksOf(pid), 0)
  return (user + system) / 1e6 + ticks / ticksPerSecond
}

function ticksOf(pid: string): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ours = Number(fields[1]) === process.pid && stat.includes('(ffmpeg)')
    return ours ? Number(fields[11]) + Number(fields[12]) : 0
  } catch {
    return 0
  }
}
