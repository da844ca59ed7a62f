// What frames are cut to: zones with surroundings, far ones apart, near ones together, the whole frame where that is no gain.
import { describe, expect, it } from 'vitest'
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { coverageOf } from '../geometry/box.ts'
import { boundsOf } from '../geometry/polygon.ts'
import { defaultVision } from '../testing/street-scene.ts'
import { cutRegions, planFrames } from './frame-plan.ts'

const zone = (
  id: string,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  changes: Partial<ZoneConfig> = {},
): ZoneConfig => ({
  id,
  kind: 'no_parking',
  polygon: [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ],
  classes: [],
  hours: '00:00-24:00',
  ...changes,
})
const config = defaultVision.plan

describe('cut regions', () => {
  it('are the whole frame without zones, or with one that covers most of it', () => {
    expect(cutRegions([], config)).toEqual([[0, 0, 1, 1]])
    expect(cutRegions([zone('a', 0.05, 0.1, 0.95, 0.9)], config)).toEqual([[0, 0, 1, 1]])
  })
  it('hold the zone with half its sides around it, drawn out where that would be flat', () => {
    expect(cutRegions([zone('a', 0.4, 0.4, 0.6, 0.6)], config)).toEqual([[0.3, 0.3, 0.7, 0.7]])
    expect(cutRegions([zone('a', 0.4, 0.48, 0.6, 0.52)], config)).toEqual([[0.3, 0.38, 0.7, 0.62]])
  })
  it('stay in the frame at its edge', () => {
    expect(cutRegions([zone('a', 0.8, 0.9, 1, 1)], config)).toEqual([[0.6, 0.76, 1, 1]])
  })
  it('are two for zones far apart, one for near ones', () => {
    expect(cutRegions([zone('a', 0, 0, 0.1, 0.1), zone('b', 0.9, 0.9, 1, 1)], config)).toHaveLength(2)
    expect(cutRegions([zone('a', 0.3, 0.3, 0.5, 0.4), zone('b', 0.35, 0.4, 0.55, 0.5)], config)).toHaveLength(1)
  })
  it('are no more than allowed, and hold every zone', () => {
    const many = Array.from({ length: 12 }, (_, index) => {
      const [x, y] = [0.02 + 0.25 * (index % 4), 0.02 + 0.33 * Math.floor(index / 4)]
      return zone(`z${index}`, x, y, x + 0.03, y + 0.03)
    })
    const regions = cutRegions(many, config)
    expect(regions.length).toBeLessThanOrEqual(config.maximumCuts)
    for (const { polygon } of many) {
      expect(regions.some((region) => coverageOf(boundsOf(polygon), region) > 0.999)).toBe(true)
    }
  })
})

describe('a plan', () => {
  const model = (name: string, classes: string[]) => ({
    key: name,
    name,
    classes,
    description: { input: { width: 416, height: 320, letterbox: 'centre' } } as never,
  })
  it('cuts for each model what concerns it', () => {
    const camera = {
      id: 'cam',
      fps: 4,
      zones: [zone('kerb', 0.1, 0.7, 0.3, 0.8), zone('sky', 0.5, 0, 0.8, 0.1, { kind: 'watch' })],
    } as never
    const { plan, cutsOf } = planFrames(camera, [model('street', ['car']), model('fire', ['fire', 'smoke'])], config)
    expect(plan).toMatchObject({ cameraId: 'cam', framesPerSecond: 4 })
    expect(cutsOf.get('street')).toHaveLength(2)
    expect(cutsOf.get('fire')).toHaveLength(1)
    expect(new Set(plan.cuts.map(({ id }) => id)).size).toBe(3)
    expect(plan.cuts[0]).toMatchObject({ width: 416, height: 320, letterbox: 'centre' })
  })
})
