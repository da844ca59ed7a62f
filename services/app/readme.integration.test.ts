// What README.md tells people to do works as written: its configuration, its model description and its commands are taken from the file and run.
// mosquitto_pub and curl are the clients that it names.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { sharedData } from '../vision/testing/clip-frames.ts'
import { type AppProcess, startAppProcess, temporaryFolder, testAdminToken } from './testing/app-process.ts'
import { freePort } from './testing/free-port.ts'

const root = path.resolve(import.meta.dirname, '../..')
const readme = readFileSync(path.join(root, 'README.md'), 'utf8')

/** The text of a fenced block by its language and name, e.g. `yaml camera`. */
function block(name: string): string {
  const text = new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(readme)?.[1]
  if (text === undefined) throw new Error(`README.md has no block \`\`\`${name}`)
  return text
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: AppProcess
let mqttPort: number

beforeAll(async () => {
  folder = await temporaryFolder('readme')
  mqttPort = await freePort()
  const modelFolder = path.join(folder.path, 'my-detector')
  mkdirSync(modelFolder)
  const model = path.join(sharedData, 'models/yolox_nano_416_coco80.onnx')
  cpSync(model, path.join(modelFolder, 'model.onnx'))
  const description = JSON.parse(block('json model')) as Record<string, unknown>
  const sha256 = createHash('sha256').update(readFileSync(model)).digest('hex')
  const labels = readFileSync(path.join(sharedData, 'models/coco.names'), 'utf8')
    .trim()
    .replace('motorbike', 'motorcycle')
    .split('\n')
  writeFileSync(path.join(modelFolder, 'model.json'), JSON.stringify({ ...description, labels, sha256 }))
  const { cameras } = parse(block('yaml camera')) as { cameras: Record<string, unknown>[] }
  const { devices } = parse(block('yaml devices')) as { devices: unknown[] }
  const clip = `file://${path.join(sharedData, 'clips/nopark_lane_topdown_30s.mp4')}`
  const own = { ...cameras[0], id: 'own-model', source: clip, loop: true, models: [modelFolder] }
  app = await startAppProcess({
    dataDir: folder.path,
    config: { cameras: [...cameras, own], devices, mqtt: { port: mqttPort } },
  })
}, 60_000)

afterAll(async () => {
  await app?.end('SIGTERM')
  await folder?.remove()
})

/** Runs a block in bash; resolves once its output has what is looked for, or it ended. */
function bash(text: string, until?: RegExp): Promise<string> {
  const env = { ...process.env, URL: app.url, QLY_ADMIN_TOKEN: testAdminToken }
  const child = spawn('bash', ['-c', text.replaceAll('-p 1883', `-p ${mqttPort}`)], { env, detached: true })
  let output = ''
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => finish(new Error(`not seen within 30 s: ${until}\n${output}`)), 30_000)
    const finish = (error?: Error) => {
      clearTimeout(limit)
      try {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
      } catch {
        // it has ended by itself
      }
      if (error) reject(error)
      else resolve(output)
    }
    const take = (chunk: Buffer) => {
      output += chunk.toString()
      if (until?.test(output)) finish()
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.once('close', (code) => finish(code === 0 ? undefined : new Error(`ended with ${code}: ${output}`)))
  })
}

describe('README.md', () => {
  it('has the camera as configured, waiting for its stream without disturbing anything', async () => {
    const { items } = await app.get<{ items: { id: string; source: string }[] }>('/api/v1/cameras')
    expect(items[0]).toMatchObject({ id: 'hq-lane-07', source: expect.stringContaining('***@192.168.1.64') })
  })

  it('lets a sensor speak', async () => {
    await bash(block('sh sensor'))
    const query = '/api/v1/series?measurement=reading&field=water_level&tag.deviceId=river-shantang-01&last=true'
    await expect
      .poll(() => app.get<{ items: unknown[] }>(query).then(({ items }) => items), { timeout: 10_000 })
      .toMatchObject([{ samples: [{ value: 3.42 }] }])
  })

  it('lets a ticket system listen', async () => {
    const heard = bash(block('sh ticket-system'), /cn\.qianliyan\.ticket\.changed\.v1/)
    // a case every second until the listener has heard of one
    const timer = setInterval(() => void app.post('/api/v1/tickets', { category: '01002' }).catch(() => {}), 1000)
    expect(await heard).toContain('"stage":"accepted"')
    clearInterval(timer)
  })

  it('runs a model of your own', async () => {
    const camera = () => app.get<{ status: string; reason: string }>('/api/v1/cameras/own-model')
    await expect
      .poll(() => camera().then(({ status, reason }) => `${status}: ${reason}`), { timeout: 20_000 })
      .toMatch(/^online/)
  })

  it('names only files and commands that exist', () => {
    for (const [, target] of readme.matchAll(/\]\(([^)#]+)\)/g)) {
      if (target && !/^https?:/.test(target)) expect(existsSync(path.join(root, target)), target).toBe(true)
    }
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { scripts: object }
    for (const [, script] of readme.matchAll(/npm run ([a-z:]+)/g)) expect(scripts).toHaveProperty([script ?? ''])
  })
})
