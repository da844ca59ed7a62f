// The architecture rules find what they must, and only that.
import { describe, expect, it } from 'vitest'
import { boundaryFaults, importsOf } from './import-boundaries.ts'
import { lengthFaults, unrunTestFaults } from './source-rules.ts'

const importing = (file: string, target: string) => boundaryFaults([{ file, text: `import { x } from '${target}'` }])

describe('imports go one way', () => {
  it.each([
    ['services/contracts/topics.ts', '../kernel/clock/clock.ts'],
    ['services/kernel/clock/clock.ts', '../../alerts/life-cycle.ts'],
    ['services/alerts/rules.ts', '../tickets/grid.ts'],
    ['services/alerts/rules.ts', '../app/compose.ts'],
    ['services/alerts/rules.ts', '../../simulators/city/city.ts'],
    ['services/console/live.tsx', '../kernel/clock/clock.ts'],
    ['simulators/drone/drone.ts', '../../services/kernel/clock/clock.ts'],
  ])('refuses %s → %s', (file, target) => {
    expect(importing(file, target)).toHaveLength(1)
  })

  it.each([
    ['services/contracts/topics.ts', './errors.ts'],
    ['services/alerts/rules.ts', '../contracts/topics.ts'],
    ['services/alerts/rules.ts', '../kernel/clock/clock.ts'],
    ['services/alerts/rules.ts', 'kysely'],
    ['services/app/compose.ts', '../alerts/alerts-service.ts'],
    ['simulators/drone/drone.ts', '../../services/contracts/topics.ts'],
    ['services/broker/durable.test.ts', '../ingest/ingest-service.ts'],
  ])('takes %s → %s', (file, target) => {
    expect(importing(file, target)).toEqual([])
  })

  it('sees every form of import', () => {
    const text = `import type { A } from './a.ts'\nimport {\n  b,\n} from "./b.ts"\nexport { c } from './c.ts'
      const d = await import('./d.ts')\nimport './e.ts'\nnew Worker(new URL('./f.ts', import.meta.url))`
    expect(importsOf(text).sort()).toEqual(['./a.ts', './b.ts', './c.ts', './d.ts', './e.ts', './f.ts'])
  })
})

describe('source rules', () => {
  it('names long files, and tests that would never run', () => {
    expect(lengthFaults([{ file: 'a.ts', text: 'x\n'.repeat(401) }])).toHaveLength(1)
    expect(lengthFaults([{ file: 'a.test.ts', text: 'x\n'.repeat(401) }])).toEqual([])
    const files = ['a.spec.ts', 'test_a.py', 'a.test.ts', 'a.test.tsx', 'latest_a.ts'].map((file) => ({
      file,
      text: '',
    }))
    expect(unrunTestFaults(files)).toHaveLength(2)
  })
})
