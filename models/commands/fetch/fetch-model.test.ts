// models:fetch against a server of our own: breaks off, resumes, sends the wrong file, sends too much. The public yolox_nano of ../shared stands for one.
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasSharedData, sharedData } from '../../../services/vision/testing/clip-frames.ts'
import { download } from './download.ts'
import { fetchModel } from './fetch-model.ts'
import { type PublicModel, publicModels } from './public-models.ts'

const bytes = Buffer.alloc(300_000, 'the bytes of a model ')
const sha256Of = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

let directory: string
let server: Server
let url: string
let asked: (string | undefined)[]
let answer: (request: IncomingMessage, response: ServerResponse) => unknown
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'qly-fetch-'))
  asked = []
  server = createServer((request, response) => {
    asked.push(request.headers.range)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/release/some%20model.onnx`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  rmSync(directory, { recursive: true, force: true })
})

/** Serves with ranges; the first answer breaks off after `breakAt` bytes. */
const serving = (data: Uint8Array, { breakAt = Number.POSITIVE_INFINITY, ranges = true } = {}) => {
  let first = true
  answer = (request, response) => {
    const [, from] = /bytes=(\d+)-/.exec(request.headers.range ?? '') ?? []
    const start = ranges ? Number(from ?? 0) : 0
    if (start > 0 && start >= data.length) return response.writeHead(416).end()
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': data.length - start })
    if (!first || breakAt > data.length) return response.end(data.subarray(start))
    first = false
    return response.write(data.subarray(start, start + breakAt), () => setImmediate(() => response.destroy()))
  }
}
const wanted = () => ({ url, sha256: sha256Of(bytes), file: join(directory, 'x.onnx'), bytes: bytes.length })

describe('a download', () => {
  it('tells how far it is, and goes on where the connection broke', async () => {
    serving(bytes, { breakAt: 100_000 })
    const progress: number[] = []
    await download(wanted(), { onProgress: (done) => progress.push(done) })
    expect(readFileSync(wanted().file).equals(bytes)).toBe(true)
    expect(asked[0]).toBeUndefined()
    expect(asked[1]).toMatch(/^bytes=[1-9]\d*-$/)
    expect(progress.at(-1)).toBe(bytes.length)
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
  })

  it('goes on in the next run, and begins anew at a server without ranges', async () => {
    serving(bytes, { breakAt: 100_000 })
    await expect(download(wanted(), { tries: 1 })).rejects.toMatchObject({
      code: 'QLY_STREAM_UNREADABLE',
      retryable: true,
    })
    expect(existsSync(wanted().file)).toBe(false)
    await download(wanted())
    expect(readFileSync(wanted().file).equals(bytes)).toBe(true)
    rmSync(wanted().file)
    serving(bytes, { breakAt: 100_000, ranges: false })
    await download(wanted())
    expect(readFileSync(wanted().file).equals(bytes)).toBe(true)
  })

  it('is not used when it is another file, too long, or not there; nothing is left', async () => {
    const other = Buffer.from(bytes)
    other[1000] = 0
    serving(other)
    await expect(download(wanted())).rejects.toThrow(/has the sha256 .*, not .*: not used, and removed/)
    serving(Buffer.concat([bytes, bytes]))
    await expect(download(wanted())).rejects.toThrow(/has 600000 bytes, not 300000/)
    answer = (_, response) => response.writeHead(404).end()
    await expect(download(wanted())).rejects.toMatchObject({ code: 'QLY_NOT_FOUND' })
    expect(readdirSync(directory)).toEqual([])
  })

  it('does not wait for ever for a server that goes quiet', async () => {
    answer = (_, response) => response.writeHead(200, { 'content-length': bytes.length }).write('x')
    await expect(download(wanted(), { quietSeconds: 0.1, tries: 1 })).rejects.toThrow(/went quiet; what came is kept/)
  })
})

describe('models:fetch', () => {
  it('lists facts: names, licences, https sources, sizes, hashes', () => {
    expect(publicModels.length).toBeGreaterThan(0)
    for (const model of publicModels) {
      expect(model.url).toMatch(/^https:\/\//)
      expect(model.sha256).toMatch(/^[0-9a-f]{64}$/)
      expect(['Apache-2.0', 'MIT', 'BSD-3-Clause']).toContain(model.licence)
      expect(new Set(model.labels).size).toBe(80)
    }
  })

  it.runIf(hasSharedData)('gets one, tries it, and writes its folder; by URL only with hash and licence', async () => {
    const onnx = readFileSync(`${sharedData}models/yolox_nano_416_coco80.onnx`)
    serving(onnx, { breakAt: 1_000_000 })
    const [first] = publicModels as [PublicModel]
    const stand: PublicModel = { ...first, name: 'stand', url, bytes: onnx.length, sha256: sha256Of(onnx) }
    await fetchModel(['stand', '--directory', directory], [stand])
    expect(readdirSync(join(directory, 'stand')).sort()).toEqual(['model.json', 'model.onnx'])
    expect(JSON.parse(readFileSync(join(directory, 'stand/model.json'), 'utf8'))).toMatchObject({
      family: 'yolox',
      licence: 'Apache-2.0',
      source: url,
      classes: { car: 'car', motorcycle: 'two_wheeler', bus: 'large_vehicle' },
      input: { width: 416, height: 416, letterbox: 'top-left' },
      sha256: sha256Of(onnx),
    })
    await expect(fetchModel(['stand', '--directory', directory], [stand])).rejects.toMatchObject({
      code: 'QLY_CONFLICT',
    })
    await expect(fetchModel(['other'], [stand])).rejects.toMatchObject({ code: 'QLY_MODEL_UNKNOWN' })
    const byUrl = ['--url', url, '--directory', directory, '--licence', 'MIT']
    await expect(fetchModel(byUrl)).rejects.toThrow(/--sha256/)
    await expect(fetchModel([...byUrl, '--sha256', sha256Of(onnx)])).rejects.toThrow(/does not name its labels/)
    await fetchModel([...byUrl, '--sha256', sha256Of(onnx), '--labels', `${sharedData}models/coco.names`])
    expect(existsSync(join(directory, 'some_20model/model.json'))).toBe(true)
  })
})
