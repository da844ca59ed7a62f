// Takes the picture of the console for the README: the simulated city as `npm start` runs it, after the first alerts with pictures.
// Run: node infra/screenshots/take.ts [en]
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startAppProcess, temporaryFolder } from '../../services/app/testing/app-process.ts'
import { freePort } from '../../services/app/testing/free-port.ts'
import { buildConsole, logIn, openBrowser } from '../../services/console/testing/browser.ts'
import type { Alert } from '../../services/contracts/events/alert-changed-v1.ts'

const file = path.join(import.meta.dirname, 'console.png')
const waitMs = { atLeast: 60_000, atMost: 240_000 }
const wantedWithPictures = 2

buildConsole()
const folder = await temporaryFolder('screenshot')
const app = await startAppProcess({
  dataDir: folder.path,
  config: { simulators: { enabled: true }, rtsp: { port: await freePort() } },
})
const browser = await openBrowser()
try {
  if (!app.firstLogin) throw new Error('the app told no first login')
  const page = await browser.newPage({
    viewport: { width: 1600, height: 900 },
    locale: process.argv[2] ?? 'zh-CN',
    timezoneId: 'Asia/Shanghai',
  })
  await logIn(page, app.url, app.firstLogin)
  const begun = performance.now()
  const passed = () => performance.now() - begun
  const pictured = async () => {
    const { items } = await app.get<{ items: Alert[] }>('/api/v1/alerts?state=open&limit=200')
    return items.filter(({ evidence }) => evidence.length > 0).length
  }
  while (passed() < waitMs.atLeast || (passed() < waitMs.atMost && (await pictured()) < wantedWithPictures))
    await sleep(2000)
  await page.screenshot({ path: file })
  console.log(`${file} after ${Math.round(passed() / 1000)} s, ${await pictured()} alerts with pictures`)
} finally {
  await browser.close()
  await app.end('SIGTERM')
  await folder.remove()
}
