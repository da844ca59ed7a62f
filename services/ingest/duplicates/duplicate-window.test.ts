import { describe, expect, it } from 'vitest'
import { createDuplicateWindow, duplicateKey } from './duplicate-window.ts'

describe('the window of messages seen', () => {
  it('knows what it was given, over growth, and nothing else', () => {
    const window = createDuplicateWindow({ windowMs: 1e9, maximum: 100_000 })
    for (let index = 0; index < 30_000; index++) window.add(duplicateKey(`/ingest/a ${index}`), 0)
    expect(window.size).toBe(30_000)
    for (let index = 0; index < 30_000; index += 97) expect(window.has(duplicateKey(`/ingest/a ${index}`))).toBe(true)
    for (let index = 0; index < 1000; index++) expect(window.has(duplicateKey(`/ingest/b ${index}`))).toBe(false)
  })

  it('remembers at least its maximum and at most twice that', () => {
    const window = createDuplicateWindow({ windowMs: 1e9, maximum: 1000 })
    for (let index = 0; index < 10_500; index++) window.add(duplicateKey(`s ${index}`), 0)
    for (let index = 9500; index < 10_500; index++) expect(window.has(duplicateKey(`s ${index}`))).toBe(true)
    expect(window.has(duplicateKey('s 8000'))).toBe(false)
    expect(window.size).toBeLessThanOrEqual(2000)
  })

  it('forgets after at most twice its time', () => {
    const window = createDuplicateWindow({ windowMs: 1000, maximum: 1000 })
    window.add(duplicateKey('s old'), 0)
    window.add(duplicateKey('s b'), 999)
    expect(window.has(duplicateKey('s old'))).toBe(true)
    window.add(duplicateKey('s c'), 1000)
    expect(window.has(duplicateKey('s old'))).toBe(true)
    window.add(duplicateKey('s d'), 2000)
    expect(window.has(duplicateKey('s old'))).toBe(false)
  })
})
