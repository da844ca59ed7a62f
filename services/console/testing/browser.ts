// A real browser for the console: Debian's Chromium, without a screen and without anything that it would fetch by itself.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const executablePath = '/usr/bin/chromium'
const root = path.resolve(import.meta.dirname, '../../..')
const args = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function openBrowser(): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(`no ${executablePath}: install Chromium (apt-get install chromium) for the console's browser tests`)
  return chromium.launch({ executablePath, args })
}

/** Builds the console, as `npm start` does, unless this very source is built already. */
export function buildConsole(): void {
  const built = spawnSync(process.execPath, ['services/app/prepare/prepare.mjs', '--console'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (built.status !== 0) throw new Error(`the console cannot be built:\n${built.stdout}${built.stderr}`)
}

/** Logs in by the form and waits for the one screen. */
export async function logIn(page: Page, url: string, login: { user: string; password: string }): Promise<void> {
  await page.goto(url)
  await page.locator('input[name=user]').fill(login.user)
  await page.locator('input[name=password]').fill(login.password)
  await page.locator('button[type=submit]').click()
  await page.locator('main.screen').waitFor()
}
