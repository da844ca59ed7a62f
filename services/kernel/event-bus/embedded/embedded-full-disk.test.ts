// A full disk, for real: a file system of a few MiB in a mount namespace of its own (Linux; skipped where that is not allowed).
import { execFileSync, spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'

const mount = 'mount -t tmpfs -o size=8m tmpfs /mnt'
const allowed = spawnSync('unshare', ['-rm', 'sh', '-c', mount]).status === 0

it.runIf(allowed)('refuses with QLY_STORAGE_FULL, keeps what it acknowledged, and goes on once there is room', () => {
  const program = new URL('./test-full-disk.ts', import.meta.url).pathname
  const script = `${mount} && exec "${process.execPath}" "${program}" /mnt`
  const answer = JSON.parse(execFileSync('unshare', ['-rm', 'sh', '-c', script], { encoding: 'utf8' }))
  expect(answer).toEqual({
    code: 'QLY_STORAGE_FULL',
    retryable: true,
    acknowledged: expect.any(Number),
    exact: true,
  })
  expect(answer.acknowledged).toBeGreaterThan(1000)
})
