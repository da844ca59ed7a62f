// The promise of design.md §4 on the embedded engines: kill -9 at any point loses nothing acknowledged and doubles no alert or ticket.
import { expect, it } from 'vitest'
import { temporaryFolder } from './testing/app-process.ts'
import { killUnderLoad } from './testing/kill-scenario.ts'

it('survives kill -9 at random moments under load', async () => {
  const folder = await temporaryFolder('kill')
  const { acknowledged } = await killUnderLoad({ kills: 5, seed: 1, app: { dataDir: folder.path } })
  expect(acknowledged).toBeGreaterThan(1000)
  await folder.remove()
}, 300_000)
