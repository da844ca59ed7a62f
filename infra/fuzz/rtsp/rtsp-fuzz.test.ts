// A seeded share of the RTSP campaign (`npm run fuzz -- rtsp` is the whole): no throw, no hang, no growth, good clients undisturbed.
import { describe, expect, it } from 'vitest'
import { rtspFuzz } from './rtsp-fuzz.ts'

describe('mutated RTSP', () => {
  it('neither crashes, hangs nor stays, through the readers and through sockets', { timeout: 60_000 }, async () => {
    const { told } = await rtspFuzz({ seed: 20_200_628, inputs: 16_000, say: () => {} })
    expect(told.faults).toBeGreaterThan(100)
    expect(told.items).toBeGreaterThan(10_000)
    expect(told.connections).toBeGreaterThan(50)
    expect(told.answers).toBeGreaterThan(told.connections ?? 0)
    expect(told.goodPackets).toBeGreaterThan(0)
  })
})
