// For tests: testbeds on a directory of each test, closed and removed after it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import { openTestbed, type Testbed, type TestbedOptions } from './alerts-testbed.ts'

/** Call inside a `describe`, or once in a file. `open` again after `close` is a new program on the same files. */
export function createTestbeds() {
  let parent: string
  let directory: string
  const opened: Testbed[] = []
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), 'qly-alerts-'))
    directory = parent
  })
  afterEach(async () => {
    for (const bed of opened.splice(0)) await bed.stop()
    await rm(parent, { recursive: true, force: true })
  })
  return {
    /** `fresh`: in a new directory */
    async open({ fresh, ...options }: TestbedOptions & { fresh?: boolean } = {}): Promise<Testbed> {
      if (fresh) directory = await mkdtemp(join(parent, 'again-'))
      const bed = await openTestbed(directory, options)
      opened.push(bed)
      return bed
    },
    async close(bed: Testbed): Promise<void> {
      opened.splice(opened.indexOf(bed), 1)
      await bed.stop()
    },
  }
}
