import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))
const run = (...args: string[]) =>
  new Promise<{ code: number; out: string; err: string }>((resolve) =>
    execFile(process.execPath, [main, ...args], (error, out, err) =>
      resolve({ code: Number(error?.code ?? 0), out, err }),
    ),
  )

describe('npm run sim', () => {
  it('explains itself', async () => {
    const { code, out } = await run('--help')
    expect(code).toBe(0)
    for (const word of ['city', 'cctv', 'drone', 'river', 'load', '--mqtt', '--rtsp', '--speed'])
      expect(out).toContain(word)
  })

  it('prints the city as configuration', async () => {
    const { out } = await run('config', '--password', 'a-good-password')
    const { cameras, devices } = parse(out)
    expect(cameras).toHaveLength(5)
    expect(devices.length).toBeGreaterThan(15)
    expect(devices[0].password).toBe('a-good-password')
  })

  it('says what is wrong with a call', async () => {
    expect(await run('volcano')).toMatchObject({ code: 1, err: expect.stringContaining('volcano') })
    expect(await run('city')).toMatchObject({ code: 1, err: expect.stringContaining('--password') })
    expect(await run('city', '--password', 'x', '--speed', 'fast')).toMatchObject({
      code: 1,
      err: expect.stringContaining('--speed'),
    })
  })
})
