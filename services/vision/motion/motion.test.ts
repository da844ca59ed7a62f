// Motion: what changes is seen, light and noise are not, and what changes slowly adds up.
import { Value } from 'typebox/value'
import { describe, expect, it } from 'vitest'
import { createRandom } from '../../../simulators/random.ts'
import { VisionConfig } from '../../contracts/config/vision.ts'
import { createMotionGate } from './motion-gate.ts'
import { hasChanged, pointsOf } from './picture-change.ts'

const { motion } = Value.Default(VisionConfig, { motion: { enabled: true } }) as VisionConfig
const size = 416

/** A street of some texture, brighter by `light`, with noise, and a vehicle of 40 × 24 pixels at x. */
function picture(options: { light?: number; noise?: number; vehicleAt?: number } = {}) {
  const { light = 0, noise = 0, vehicleAt } = options
  const random = createRandom(3 + light)
  const rgb = new Uint8Array(size * size * 3)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const isVehicle = vehicleAt !== undefined && x >= vehicleAt && x < vehicleAt + 40 && y >= 200 && y < 224
      const street = 90 + 40 * Math.sin(x / 9) * Math.cos(y / 13)
      const value = (isVehicle ? 30 : street) + light + (noise === 0 ? 0 : random.integer(2 * noise + 1) - noise)
      rgb.fill(Math.max(0, Math.min(255, value)), 3 * (y * size + x), 3 * (y * size + x) + 3)
    }
  }
  return { width: size, height: size, rgb }
}
const changed = (from: Parameters<typeof picture>[0], to: Parameters<typeof picture>[0]) =>
  hasChanged(pointsOf(picture(from)), pointsOf(picture(to)), motion)

describe('a picture', () => {
  it.each([
    ['a vehicle comes', {}, { vehicleAt: 100 }, true],
    ['it leaves', { vehicleAt: 100 }, {}, true],
    ['it moves by half its length', { vehicleAt: 100 }, { vehicleAt: 120 }, true],
    ['it moves while the light changes', { vehicleAt: 100 }, { vehicleAt: 130, light: 40 }, true],
    ['it stands', { vehicleAt: 100 }, { vehicleAt: 100 }, false],
    ['the light changes by 60', {}, { light: 60 }, false],
    ['noise of ± 12', { noise: 12 }, { noise: 12, light: 1 }, false],
  ])('%s', (_, from, to, expected) => expect(changed(from, to)).toBe(expected))
})

describe('the gate', () => {
  const region: [number, number, number, number] = [0, 0, 1, 1]
  const cut = { id: 'a', region, width: size, height: size, letterbox: 'centre' as const }
  const place = { offsetX: 0, offsetY: 0, pictureWidth: size, pictureHeight: size }
  const frame = (capturedAt: number, options = {}, discontinuity = false) => ({
    capturedAt,
    discontinuity,
    cuts: [{ ...picture(options), ...place, cut }],
  })

  it('lets through what changes, what is due, and everything while something is being decided', () => {
    const gate = createMotionGate(motion)
    const wants = (at: number, options = {}, calm = true, cut = false) => gate.wants(frame(at, options, cut), calm)
    expect([wants(0), wants(200), wants(400, { light: 30 }), wants(600, {}, false)]).toEqual([true, false, false, true])
    expect([wants(800), wants(1000, { vehicleAt: 80 }), wants(1200, { vehicleAt: 80 })]).toEqual([false, true, false])
    expect([wants(2900, { vehicleAt: 80 }), wants(3000, { vehicleAt: 80 })]).toEqual([false, true])
    expect(wants(3200, { vehicleAt: 80 }, true, true)).toBe(true)
  })

  it('sees what creeps: it is held against what was last inferred', () => {
    const gate = createMotionGate({ ...motion, everySeconds: 1000 })
    let inferred = 0
    for (let step = 0; step < 60; step++) if (gate.wants(frame(step * 200, { vehicleAt: 60 + step }), true)) inferred++
    expect(inferred).toBeGreaterThanOrEqual(4)
    expect(inferred).toBeLessThan(40)
  })
})
