// gortsplib (Go) as an independent peer: it plays from, pauses and publishes to our RTSP server, and our client pulls from its server.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prepareGortsplib } from '../../../infra/servers/gortsplib.ts'
import { cache } from '../../../infra/servers/servers.ts'
import { serverForPeers, watchPeer } from '../testing/independent-peers.ts'
import { makeClip } from '../testing/make-clip.ts'
import type { RtspServer } from './rtsp-server.ts'

const run = promisify(execFile)
let peer: string
let folder: string
let server: RtspServer

beforeAll(async () => {
  peer = await prepareGortsplib(cache)
  folder = await mkdtemp(path.join(tmpdir(), 'gortsplib-'))
  await makeClip(path.join(folder, 'clip.ts'), { seconds: 12, fps: 25, width: 320, height: 240 })
  server = serverForPeers({ verify: (attempt) => attempt.user === attempt.path && attempt.matches('long secret') })
  await server.start()
}, 240_000)
afterAll(async () => {
  await server?.stop()
  if (folder) await rm(folder, { recursive: true })
})

const address = (id: string, port = server.port, password = 'long%20secret') =>
  `rtsp://${id}:${password}@127.0.0.1:${port}/${id}`

/** Runs a program while `work` goes on, and ends it then. */
async function beside<T>(child: ChildProcess, work: () => Promise<T>): Promise<T> {
  const gone = once(child, 'exit')
  try {
    return await work()
  } finally {
    child.kill('SIGINT')
    await gone
  }
}

/** Debian's ffmpeg publishes test pictures and a tone at their own speed. */
function ffmpeg(target: string, codec: string): ChildProcess {
  const inputs = [
    '-re',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x240:rate=25',
    '-re',
    '-f',
    'lavfi',
    '-i',
    'sine=sample_rate=16000',
  ]
  const video = ['-c:v', codec, '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '25', '-pix_fmt', 'yuv420p']
  const output = ['-c:a', 'aac', '-f', 'rtsp', '-rtsp_transport', 'tcp', target]
  return spawn('/usr/bin/ffmpeg', ['-v', 'error', ...inputs, ...video, ...output], { stdio: 'ignore' })
}

const published = (id: string) => expect.poll(() => server.streams.has(id), { timeout: 20_000 }).toBe(true)

describe('gortsplib', () => {
  it.each([
    ['H264', 'libx264', 'tcp'],
    ['H264', 'libx264', 'udp'],
    ['H265', 'libx265', 'tcp'],
    ['H265', 'libx265', 'udp'],
  ])(
    'plays %s (%s) with its sound over %s, from a key frame on, pauses and goes on',
    async (format, codec, transport) => {
      const id = `${codec}-${transport}`
      await beside(ffmpeg(address(id), codec), async () => {
        await published(id)
        const { stdout } = await run(peer, ['play', address(id), transport, '40'], { timeout: 45_000 })
        const seen = JSON.parse(stdout)
        expect(seen).toMatchObject({ formats: [format, 'MPEG-4 Audio'], unreadable: 0, lost: 0, startsAtKey: true })
        expect(seen.units).toBeGreaterThanOrEqual(80)
        expect(seen.audioPackets).toBeGreaterThan(10)
        expect(seen.whilePaused).toBeLessThanOrEqual(2) // what was under way; 10 would have come in that time
      })
    },
  )

  it('publishes, and plays what it published', async () => {
    const publisher = spawn(peer, ['publish', address('cam'), path.join(folder, 'clip.ts')], { stdio: 'ignore' })
    await beside(publisher, async () => {
      await published('cam')
      const { stdout } = await run(peer, ['play', address('cam'), 'tcp', '30'], { timeout: 45_000 })
      expect(JSON.parse(stdout)).toMatchObject({ formats: ['H264'], unreadable: 0, lost: 0, startsAtKey: true })
    })
    await expect.poll(() => server.streams.has('cam'), { timeout: 10_000 }).toBe(false)
  })

  it('is refused with a wrong password, and told what is not there', async () => {
    const file = path.join(folder, 'clip.ts')
    await expect(run(peer, ['publish', address('cam', server.port, 'wrong'), file])).rejects.toThrow(/401|auth/i)
    await expect(run(peer, ['play', address('nobody'), 'tcp', '1'])).rejects.toThrow(/404/)
    expect(server.streams.size).toBe(0)
  })

  it.each(['tcp', 'udp'] as const)('serves our client over %s', async (transport) => {
    const relay = spawn(peer, ['serve', 'camera', 'p@ss'], { stdio: ['ignore', 'pipe', 'ignore'] })
    await beside(relay, async () => {
      const port = Number(String((await once(relay.stdout, 'data'))[0]))
      const at = `rtsp://camera:p%40ss@127.0.0.1:${port}/live`
      await beside(ffmpeg(at, 'libx264'), async () => {
        const { seen, healths } = await watchPeer(at, transport, { evenOffline: true }) // the publisher may need a moment
        expect(healths.at(-1)).toEqual({ status: 'online', reason: 'h264 320×240' })
        expect(seen.length).toBeGreaterThan(20)
      })
    })
  })
})
