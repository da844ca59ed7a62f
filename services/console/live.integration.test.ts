// The camera wall in Chromium: live tiles by MediaSource and, where the browser or the role does not allow that, by JSMpeg; the grid; silences.
import { execFileSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AppProcess, startAppProcess, temporaryFolder } from '../app/testing/app-process.ts'
import { makeClip } from '../media/testing/make-clip.ts'
import { buildConsole, logIn, openBrowser } from './testing/browser.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let app: AppProcess
let browser: Browser
const faults: string[] = []
const contexts: BrowserContext[] = []
const logins: Record<string, { user: string; password: string }> = {}

beforeAll(async () => {
  buildConsole()
  browser = await openBrowser()
  folder = await temporaryFolder('console-live')
  const clips = path.join(folder.path, 'clips')
  await mkdir(clips)
  const file = path.join(clips, 'street.mp4')
  await makeClip(file, { seconds: 4, fps: 25, width: 640, height: 360 })
  const source = pathToFileURL(file).href
  const modern = path.join(clips, 'modern.mp4')
  await makeClip(modern, { seconds: 4, fps: 25, width: 640, height: 360, codec: 'libx265' })
  const talking = path.join(clips, 'talking.mp4')
  const tone = ['-f', 'lavfi', '-i', 'sine=440:sample_rate=16000', '-t', '4']
  execFileSync('/usr/bin/ffmpeg', ['-v', 'error', '-i', file, ...tone, '-c:v', 'copy', '-c:a', 'aac', talking])
  // turned after three seconds, and as long as the tests need it
  const turned = path.join(clips, 'turned.mp4')
  const elsewhere = "crop=640:360:x='if(gte(t,3),600,0)':y='if(gte(t,3),300,0)'"
  await makeClip(turned, { seconds: 8, fps: 10, width: 1280, height: 720, filters: elsewhere })
  const camera = (id: string, more = {}) => ({ id, name: id, source, loop: true, fps: 1, models: [], ...more })
  const mask = [
    [0.5, 0],
    [1, 0],
    [1, 1],
    [0.5, 1],
  ]
  app = await startAppProcess({
    dataDir: folder.path,
    roles: 'eyes,alerts,api',
    config: {
      cameras: [
        camera('lane-1', { source: pathToFileURL(talking).href }),
        camera('lane-2', { privacyMasks: [mask] }),
        camera('lane-3'),
        camera('lane-4', { source: pathToFileURL(modern).href }),
        ...[5].map((n) =>
          camera(`lane-${n}`, n === 5 ? { source: pathToFileURL(turned).href, loop: false, fps: 5 } : {}),
        ),
      ],
      media: { live: { lingerSeconds: 0.5 }, view: { everySeconds: 0.2, holdSeconds: 1 } },
    },
  })
  for (const role of ['operator', 'viewer']) {
    const { password } = await app.post<{ password: string }>('/api/v1/users', { name: role, roles: [role] })
    logins[role] = { user: role, password }
  }
})

afterAll(async () => {
  await browser?.close()
  await app?.end('SIGTERM')
  await folder?.remove()
})

/** A page of someone who is logged in. `withoutMediaSource`: as a browser that plays none of the original streams. */
async function open(role: string, options: { withoutMediaSource?: boolean } = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, locale: 'zh-CN' })
  contexts.push(context)
  if (options.withoutMediaSource) {
    await context.addInitScript(() => {
      MediaSource.isTypeSupported = () => false
    })
  }
  const page = await context.newPage()
  page.setDefaultTimeout(20_000)
  page.on('pageerror', (error) => faults.push(String(error)))
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text())
  })
  page.on('response', (response) => {
    if (response.status() >= 404) faults.push(`${response.status()} ${response.url()}`)
  })
  await logIn(page, app.url, logins[role] ?? { user: '', password: '' })
  await page.locator('[data-camera=lane-1]').waitFor()
  return page
}

const tile = (page: Page, id: string) => page.locator(`[data-camera=${id}]`)
const start = (page: Page, id: string) => page.getByRole('button', { name: `实时 ${id}` }).click()

/** Brightness of the left and right half of a tile, below its button and above its caption. */
async function looks(page: Page, id: string) {
  const picture = sharp(await tile(page, id).screenshot())
  const { width, height } = await picture.metadata()
  const half = async (left: number) => {
    const [x, across] = [Math.round(width * left), Math.round(width * 0.3)]
    const [y, down] = [Math.round(height * 0.3), Math.round(height * 0.4)]
    return sharp(
      await picture.clone().extract({ left: x, top: y, width: across, height: down }).png().toBuffer(),
    ).stats()
  }
  const [left, right] = await Promise.all([half(0.1), half(0.6)])
  const of = ({ channels }: typeof left) => channels.slice(0, 3).reduce((sum, { mean }) => sum + mean, 0) / 3
  return { left: of(left), right: of(right) }
}

async function figure(name: string): Promise<number> {
  const metrics = await (await fetch(`${app.url}/metrics`)).text()
  return Number(
    metrics
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1] ?? 0,
  )
}

describe('live tiles', () => {
  it('play the original stream by MediaSource, close to its end, and stop', async () => {
    const page = await open('operator')
    await start(page, 'lane-1')
    const video = tile(page, 'lane-1').locator('video[data-state=playing]')
    await video.waitFor()
    const time = () =>
      video.evaluate((node: HTMLVideoElement) => [
        node.currentTime,
        node.videoWidth,
        node.buffered.end(node.buffered.length - 1),
      ])
    const [begun = 0, width] = await time()
    expect(width).toBe(640)
    await expect.poll(async () => (await time())[0], { timeout: 15_000 }).toBeGreaterThan(begun + 2)
    const [now = 0, , end = 0] = await time()
    expect(end - now).toBeLessThan(2)
    expect(await figure('qianliyan_live_watchers')).toBe(1)
    await page.getByRole('button', { name: '停止 lane-1' }).click()
    await expect.poll(() => figure('qianliyan_live_watchers'), { timeout: 5000 }).toBe(0)
    await page.close()
  })

  it('play by JSMpeg where MediaSource does not, masked where the camera has masks', async () => {
    const page = await open('operator', { withoutMediaSource: true })
    await start(page, 'lane-1')
    await start(page, 'lane-2')
    for (const id of ['lane-1', 'lane-2']) await tile(page, id).locator('canvas[data-state=playing]').waitFor()
    const [plain, masked] = [await looks(page, 'lane-1'), await looks(page, 'lane-2')]
    expect(plain.right).toBeGreaterThan(60)
    expect(masked.left).toBeGreaterThan(60)
    expect(masked.right).toBeLessThan(10)
    await page.close()
    await expect.poll(() => figure('qianliyan_live_streams{format="mpeg1"}'), { timeout: 10_000 }).toBe(0)
  })

  it('are heard where somebody wants to', async () => {
    const page = await open('operator')
    await start(page, 'lane-1')
    const video = tile(page, 'lane-1').locator('video[data-state=playing]')
    await video.waitFor()
    const state = () =>
      video.evaluate((node: HTMLVideoElement & { webkitAudioDecodedByteCount?: number }) => ({
        muted: node.muted,
        heard: (node.webkitAudioDecodedByteCount ?? 0) > 2000,
      }))
    expect(await state()).toEqual({ muted: true, heard: false })
    await page.getByRole('button', { name: '开启声音 lane-1' }).click()
    await expect.poll(state, { timeout: 15_000 }).toEqual({ muted: false, heard: true })
    const begun = await video.evaluate((node: HTMLVideoElement) => node.currentTime)
    await expect
      .poll(() => video.evaluate((node: HTMLVideoElement) => node.currentTime), { timeout: 15_000 })
      .toBeGreaterThan(begun + 2)
    await page.getByRole('button', { name: '关闭声音 lane-1' }).click()
    await expect.poll(state, { timeout: 15_000 }).toEqual({ muted: true, heard: false })
    await start(page, 'lane-3')
    await page.getByRole('button', { name: '开启声音 lane-3' }).click()
    await tile(page, 'lane-3').getByText('该点位没有可播放的声音').waitFor()
    await page.close()
  })

  it('of H.265 are played where the browser can, else as MPEG-1, and the tile says why', async () => {
    const page = await open('operator')
    const plays = await page.evaluate(() => MediaSource.isTypeSupported('video/mp4; codecs="hvc1.1.6.L93.B0"'))
    await start(page, 'lane-4')
    await tile(page, 'lane-4')
      .locator(plays ? 'video[data-state=playing]' : 'canvas[data-state=playing]')
      .waitFor()
    expect(await tile(page, 'lane-4').getByText('H.265 本浏览器无法播放').count()).toBe(plays ? 0 : 1)
    if (!plays) expect((await looks(page, 'lane-4')).right).toBeGreaterThan(60)
    await page.close()
  })

  it('are coarse for a role that may not see faces and plates', async () => {
    const page = await open('viewer')
    await start(page, 'lane-1')
    await tile(page, 'lane-1').locator('canvas[data-state=playing]').waitFor()
    expect(await tile(page, 'lane-1').locator('video').count()).toBe(0)
    await page.close()
  })
})

describe('the wall', () => {
  it('shows all, or one, four or nine at a time, by keys and by buttons, in both languages', async () => {
    const page = await open('operator')
    const shown = () => page.locator('.tile').count()
    expect(await shown()).toBe(5)
    await page.keyboard.press('4')
    await expect.poll(shown).toBe(4)
    await page.keyboard.press(']')
    await expect.poll(shown).toBe(1)
    await page.getByText('2 / 2').waitFor()
    await page.getByRole('button', { name: '上一页' }).click()
    await expect.poll(shown).toBe(4)
    await page.keyboard.press('1')
    await expect.poll(shown).toBe(1)
    await page.getByRole('button', { name: '全部' }).click()
    await expect.poll(shown).toBe(5)
    // the tile's button is reached and worked without a mouse
    await page.getByRole('button', { name: '实时 lane-3' }).focus()
    await page.keyboard.press('Enter')
    await tile(page, 'lane-3').locator('video[data-state=playing]').waitFor()
    await page.keyboard.press('Enter')
    await tile(page, 'lane-3').locator('img').waitFor()
    await page.getByRole('button', { name: 'English' }).click()
    await page.getByRole('button', { name: 'Live lane-3' }).waitFor()
    await page.close()
  })
})

describe('a camera that was turned', () => {
  it('says so in its tile, until a person confirms the new view', async () => {
    const page = await open('operator')
    const notice = tile(page, 'lane-5').locator('.view-notice')
    await notice.getByText('画面偏移').waitFor()
    const { items } = await app.get<{ items: { kind: string; state: string }[] }>('/api/v1/alerts?kind=view_changed')
    expect(items).toMatchObject([{ kind: 'view_changed', state: 'open' }])
    const onlooker = await open('viewer')
    await tile(onlooker, 'lane-5').locator('.view-notice').waitFor()
    expect(await onlooker.getByRole('button', { name: '确认新画面' }).count()).toBe(0)
    await onlooker.close()
    await page.getByRole('button', { name: '确认新画面 lane-5' }).click()
    await notice.waitFor({ state: 'detached' })
    expect(await app.get('/api/v1/cameras/lane-5')).toMatchObject({ viewFaults: [], zonesSuspended: false })
    await page.close()
  })
})

describe('silences', () => {
  it('are made with a reason, shown, and ended', async () => {
    const page = await open('operator')
    await page.locator('details.panel summary').click()
    await page.getByRole('button', { name: '新建静默' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.locator('textarea').fill('道路施工')
    await dialog.getByRole('button', { name: '提交' }).click()
    await dialog.getByText('请选择告警类型或视频点位').waitFor()
    await dialog.locator('select[name=camera]').selectOption('lane-2')
    await dialog.getByRole('button', { name: '提交' }).click()
    const line = page.locator('[data-silence]', { hasText: '道路施工' })
    await line.getByText('lane-2').waitFor()
    const { items } = await app.get<{ items: { matchers: unknown; author: string }[] }>('/api/v1/silences?active=true')
    expect(items).toMatchObject([{ matchers: { camera: ['lane-2'] }, author: 'operator' }])
    await line.getByRole('button', { name: '结束' }).click()
    await line.waitFor({ state: 'detached' })
    await page.close()
  })

  it('are only seen by who may not make them; no page had a fault', async () => {
    const page = await open('viewer')
    await page.locator('details.panel summary').click()
    expect(await page.getByRole('button', { name: '新建静默' }).count()).toBe(0)
    await page.close()
    expect(faults).toEqual([])
  })
})
