// Playback in Chromium, on the real api and recordings: from an alert to its moment, boxes over the picture in time, seeking by band and by keys, over a gap, a
// piece taken out as MP4, in both languages, and not for who may not see it.
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiService, createApiService } from '../api/api-service.ts'
import { createEvent } from '../contracts/cloud-event.ts'
import { alertChangedV1 } from '../contracts/events/alert-changed-v1.ts'
import { frameAnalysedV1 } from '../contracts/events/frame-analysed-v1.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import { makeClip } from '../media/testing/make-clip.ts'
import { openMediaFile } from '../recording/playback/read-media-file.ts'
import { createRecordingService, type RecordingService } from '../recording/recording-service.ts'
import { play, readReel } from '../recording/testing/recording-plant.ts'
import { buildConsole, logIn, openBrowser } from './testing/browser.ts'

const adminToken = 'test-admin-token-0123456789'
/** the reel of 12 s, and again 40 s after its end */
const [reelMs, gapMs] = [12_000, 40_000]
const startedAt = Math.floor(Date.now() / 1000) * 1000 - 120_000
const iso = (ms: number) => new Date(startedAt + ms).toISOString()

let kernel: TestKernel
let api: ApiService
let recording: RecordingService
let browser: Browser
let page: Page
const faults: string[] = []
const logins: Record<string, { user: string; password: string }> = {}

beforeAll(async () => {
  buildConsole()
  browser = await openBrowser()
  kernel = await startTestKernel()
  const config = parseConfig(
    `dataDir: ${kernel.directory}
cameras:
  - { id: lane, name: 后宝元街, source: "rtsp://127.0.0.1/a", location: [120.588, 31.327] }
  - { id: yard, name: 后院, source: "rtsp://127.0.0.1/b", privacyMasks: [[[0, 0], [0.5, 0], [0.5, 1]]] }
http: { port: 0, adminToken: ${adminToken}, requestsPerMinute: 100000, loginsPerMinute: 1000 }
recording: { mode: continuous, segmentSeconds: 2, minimumFreeBytes: 0 }`,
    'test',
  )
  recording = createRecordingService(kernel, config, { records: true })
  await recording.start(new AbortController().signal)
  api = createApiService(kernel, config, { check: async () => {}, recordings: recording.library })
  await api.start(new AbortController().signal)
  for (const role of ['operator', 'viewer']) {
    const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ name: role, roles: [role] })
    const answer = await fetch(`http://127.0.0.1:${api.port}/api/v1/users`, { method: 'POST', headers, body })
    logins[role] = { user: role, password: ((await answer.json()) as { password: string }).password }
  }
  const file = path.join(kernel.directory, 'reel.mp4')
  // red for six seconds, then blue
  const filters = "drawbox=color=blue:t=fill:enable='gte(t\\,6)'"
  await makeClip(file, { seconds: 12, fps: 10, width: 320, height: 180, group: 10, picture: 'color=c=red', filters })
  const reel = await readReel(file, startedAt)
  const sink = recording.packets.open(config.cameras[0] as (typeof config.cameras)[number])
  play(sink, reel)
  play(sink, { ...reel, packets: reel.packets.map((packet) => ({ ...packet, at: packet.at + reelMs + gapMs })) })
  await sink.close()
  const object = { ...frameAnalysedV1.example.objects[0], label: 'car', trackId: 7, score: 0.9, stationarySeconds: 60 }
  const frame = (ms: number, left: number) => ({
    topic: 'qly.detection.v1' as const,
    event: createEvent(
      frameAnalysedV1,
      { source: '/vision', time: startedAt + ms },
      {
        ...frameAnalysedV1.example,
        cameraId: 'lane',
        capturedAt: iso(ms),
        objects: [{ ...object, box: [left, 0.25, left + 0.25, 0.75] as [number, number, number, number] }] as never,
      },
    ),
  })
  // a car that goes from left to right during the first half
  await kernel.bus.publish(Array.from({ length: 12 }, (_, n) => frame(n * 500, n * 0.05)))
  const alert = {
    ...alertChangedV1.example.alert,
    id: 'alert-1',
    source: { camera: 'lane' },
    openedAt: iso(9000),
    evidence: [],
    ticketId: null,
  }
  const step = { action: 'opened' as const, by: 'system:alerts', at: iso(9000) }
  await kernel.bus.publish([
    {
      topic: 'qly.alert.v1',
      event: createEvent(alertChangedV1, { source: '/alerts', time: startedAt }, { alert, step }),
    },
  ])
  page = await open('operator')
})

afterAll(async () => {
  await browser?.close()
  await api?.stop()
  await recording?.stop()
  await kernel?.stop()
})

async function open(role: string): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    viewport: { width: 1500, height: 950 },
    locale: 'zh-CN',
    acceptDownloads: true,
  })
  const opened = await context.newPage()
  opened.setDefaultTimeout(20_000)
  opened.on('pageerror', (error) => faults.push(String(error)))
  opened.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text())
  })
  await logIn(opened, `http://127.0.0.1:${api.port}`, logins[role] ?? { user: '', password: '' })
  await opened.locator('[data-camera=lane]').waitFor()
  return opened
}

const patient = { timeout: 15_000, interval: 50 }
/** what is shown, ms from the start of the reel */
const moment = async () => Number(await page.locator('.moment').getAttribute('data-at')) - startedAt
const playing = () => page.locator('video[data-state=playing]').waitFor()
const pause = async () => {
  await page.evaluate(() => document.querySelector('video')?.pause())
  await page.locator('video[data-state=paused]').waitFor()
}

async function colour(): Promise<'red' | 'blue' | 'other'> {
  const { channels } = await sharp(await page.locator('.recorded video').screenshot())
    .extract({ left: 20, top: 20, width: 40, height: 20 })
    .stats()
  const [red = 0, , blue = 0] = channels.map(({ mean }) => mean)
  return red > blue + 80 ? 'red' : blue > red + 80 ? 'blue' : 'other'
}

/** Controls that a screen reader could not name. */
async function nameless(): Promise<string[]> {
  const session = await page.context().newCDPSession(page)
  const { nodes } = await session.send('Accessibility.getFullAXTree')
  await session.detach()
  const roles = ['button', 'link', 'slider', 'combobox', 'Date', 'checkbox', 'image', 'img']
  return nodes.flatMap(({ ignored, role, name }) =>
    !ignored && roles.includes(String(role?.value)) && !name?.value ? [String(role?.value)] : [],
  )
}

describe('playback', () => {
  it('goes from an alert to five seconds before its moment, and shows the pictures of then', async () => {
    await page.locator('[data-alert=alert-1]').getByRole('link', { name: '回放当时' }).click()
    await playing()
    await pause()
    expect(await moment()).toBeGreaterThanOrEqual(4000)
    expect(await moment()).toBeLessThan(6000)
    expect(await colour()).toBe('red')
    expect(await nameless()).toEqual([])
  })

  it('draws the boxes of the moment, and says them in words', async () => {
    const day = page.getByRole('slider', { name: '全天' })
    await day.waitFor()
    await page.keyboard.press('ArrowLeft')
    await playing()
    await pause()
    const box = page.locator('.recorded rect.box')
    await box.waitFor()
    const left = async () => Number(await box.getAttribute('x'))
    // the frame at or before what is shown, as it was published
    await expect
      .poll(async () => Math.abs((await left()) - Math.floor((await moment()) / 500) * 0.05), patient)
      .toBeLessThan(0.001)
    await page.getByText('画面中的目标: car #7').waitFor()
    const before = await left()
    await page.keyboard.press(' ')
    await expect.poll(left, patient).toBeGreaterThan(before)
    await page.getByLabel('显示目标框').uncheck()
    await box.waitFor({ state: 'detached' })
    await page.getByLabel('显示目标框').check()
  })

  it('shows what is recorded and what is not, and goes on behind the gap', async () => {
    const hour = page.getByRole('slider', { name: '前后半小时' })
    expect(await hour.locator('.span').count()).toBeGreaterThanOrEqual(2)
    expect(await hour.locator('.span.alert').count()).toBeGreaterThan(0)
    expect(await hour.locator('.mark').count()).toBe(1)
    await page
      .getByRole('button', { name: /违停|违规停车|停车/ })
      .first()
      .click()
    await playing()
    await expect.poll(colour, patient).toBe('blue')
    // four seconds to the end of the first half, and then no black for 40 s
    await expect.poll(moment, patient).toBeGreaterThanOrEqual(reelMs + gapMs)
    await expect.poll(colour, patient).toBe('red')
  })

  it('is sought by the band, with a mouse and with keys, and says where it is', async () => {
    await pause()
    const hour = page.getByRole('slider', { name: '前后半小时' })
    const bounds = await hour.boundingBox()
    const [from, to] = [
      Number(await hour.getAttribute('aria-valuemin')),
      Number(await hour.getAttribute('aria-valuemax')),
    ]
    const wanted = startedAt / 1000 + 8
    await hour.click({ position: { x: ((wanted - from) / (to - from)) * (bounds?.width ?? 0), y: 10 } })
    await playing()
    await pause()
    // a pixel is more than two seconds
    expect(Math.abs((await moment()) - 8000)).toBeLessThan(6000)
    await page.keyboard.press('Home')
    await expect.poll(() => page.locator('video').getAttribute('data-state'), patient).toBe('playing')
    await pause()
    // nothing is recorded half an hour ago: the first picture after it
    const said = () => hour.getAttribute('aria-valuetext')
    await expect.poll(said, patient).toMatch(/^\d\d:\d\d:\d\d, (连续录像|有告警)$/)
    expect(await moment()).toBeGreaterThanOrEqual(0)
    expect(await moment()).toBeLessThan(1500)
    await page.keyboard.press('ArrowRight')
    await expect.poll(moment, patient).toBeGreaterThan(4500)
    // the moment is said at once; a pause before its pictures are there would be a pause of nothing
    await playing()
  })

  it('takes a piece out as MP4', async () => {
    await pause()
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    const from = await moment()
    await page.keyboard.press('i')
    await page.keyboard.press('ArrowRight')
    await playing()
    await pause()
    const to = await moment()
    await page.keyboard.press('o')
    const link = page.getByRole('link', { name: '导出 MP4' })
    await link.waitFor()
    const [download] = await Promise.all([page.waitForEvent('download'), link.click()])
    expect(download.suggestedFilename()).toMatch(/^lane-\d{4}-\d\d-\d\d-\d{6}\.mp4$/)
    const file = path.join(kernel.directory, 'piece.mp4')
    await download.saveAs(file)
    expect((await readFile(file)).length).toBeGreaterThan(1000)
    const media = await openMediaFile(file)
    let pictures = 0
    for await (const _ of media.packets()) pictures++
    await media.close()
    // ten a second, from the key frame before
    expect(pictures).toBeGreaterThanOrEqual(Math.floor((to - from) / 100) - 1)
    expect(pictures).toBeLessThanOrEqual(Math.ceil((to - from) / 100) + 11)
  })

  it('speaks English, and its address can be given to others', async () => {
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('slider', { name: 'Whole day' }).waitFor()
    await page.goto(`http://127.0.0.1:${api.port}/#recordings/lane/${startedAt + 2000}`)
    await page.reload()
    await page.locator('video[data-state=playing], video[data-state=paused]').waitFor()
    await expect.poll(moment, patient).toBeGreaterThanOrEqual(2000)
    expect(await nameless()).toEqual([])
    await page.getByRole('link', { name: 'Back' }).click()
    await page.locator('main.screen').waitFor()
    await page.getByRole('link', { name: 'Recordings 后宝元街' }).waitFor()
  })

  it('is not for who may not see faces, nor under masks; no page had a fault', async () => {
    expect(await page.getByRole('link', { name: 'Recordings 后院' }).count()).toBe(0)
    const viewer = await open('viewer')
    expect(await viewer.getByRole('link', { name: /录像/ }).count()).toBe(0)
    expect(await viewer.getByRole('link', { name: '回放当时' }).count()).toBe(0)
    await viewer.goto(`http://127.0.0.1:${api.port}/#recordings/lane`)
    await viewer.getByText('您无权查看该点位录像').waitFor()
    expect(faults).toEqual([])
  })
})
