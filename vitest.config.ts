// Three kinds of test by file name: x.test.ts (unit), x.e2e.test.ts (whole app, embedded), x.integration.test.ts (real servers).
import { defineConfig } from 'vitest/config'

const everywhere = ['services', 'simulators', 'infra', 'models'].map((room) => `${room}/**/*.test.{ts,tsx}`)
const endToEnd = '**/*.e2e.test.ts'
const integration = '**/*.integration.test.ts'
const never = ['**/node_modules/**', '**/dist/**']

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // real processes and servers on a busy machine may be late once; what needed a second try is printed
    retry: process.env.CI ? 1 : 0,
    projects: [
      { extends: true, test: { name: 'unit', include: everywhere, exclude: [...never, endToEnd, integration] } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: [endToEnd],
          exclude: never,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'integration',
          setupFiles: ['infra/servers/test-environment.ts'],
          include: [integration],
          exclude: never,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
