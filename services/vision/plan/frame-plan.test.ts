// What frames are cut to: zones with surroundings, far ones apart, near ones together, the whole frame where that is no gain.
import { describe, expect, it } from 'vitest'
import type { CameraConfig, ZoneConfig } from '../../contracts/config/cameras.ts'
import type { Tiles } from '../../contracts/config/tiles.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { mergeCuts } from '../detection/to-frame.ts'
import { coverageOf } from '../geometry/box.ts'
import { boundsOf } from '../geometry/polygon.ts'
import { defaultVision } from '../testing/street-scene.ts'
import { cutRegions, planFrames } from './frame-plan.ts'
import { tileRegions } from './tiles.ts'

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

describe('tiles', () => {
  it('cover the frame, overlap by their share, and have the whole besides', () => {
    expect(tileRegions({ columns: 2, rows: 1, overlap: 0.2, whole: true })).toEqual([
      [0, 0, 0.5556, 1],
      [0.4444, 0, 1, 1],
      [0, 0, 1, 1],
    ])
    expect(tileRegions({ columns: 1, rows: 1, overlap: 0.2, whole: true })).toEqual([[0, 0, 1, 1]])
    for (const columns of [1, 3, 8]) {
      const row = tileRegions({ columns, rows: 1, overlap: 0.25, whole: false })
      expect([row.length, row[0]?.[0], row.at(-1)?.[2]]).toEqual([columns, 0, 1])
    }
  })

  it('are taken where a model looks at the whole frame, not where it looks at a zone; the camera has the last word', () => {
    const tiles = { columns: 2, rows: 2, overlap: 0.2, whole: false }
    const input = { width: 416, height: 416, letterbox: 'centre' }
    const cutsWith = (camera: Partial<CameraConfig>, ofModel?: Tiles) => {
      const model = { key: 'm', name: 'm', classes: ['car'], description: { input, tiles: ofModel } as never }
      return planFrames({ id: 'cam', fps: 4, zones: [], ...camera } as never, [model], config).plan.cuts
    }
    expect(cutsWith({})).toHaveLength(1)
    expect(cutsWith({}, tiles)).toHaveLength(4)
    expect(cutsWith({ tiles: { ...tiles, rows: 3, whole: true } }, tiles)).toHaveLength(7)
    expect(cutsWith({ zones: [zone('kerb', 0.4, 0.4, 0.5, 0.5)] }, tiles)).toHaveLength(1)
    expect(new Set(cutsWith({}, tiles).map(({ id }) => id)).size).toBe(4)
  })

  it('see one thing at a seam once, also one larger than the overlap', () => {
    const regions = tileRegions({ columns: 2, rows: 1, overlap: 0.2, whole: true })
    const at = (region: PictureBox, x1: number, x2: number, score: number) => {
      const pixel = (x: number) => Math.max(0, Math.min(100, ((x - region[0]) / (region[2] - region[0])) * 100))
      return {
        placement: {
          cut: { id: 't', region, width: 100, height: 100, letterbox: 'centre' as const },
          offsetX: 0,
          offsetY: 0,
          pictureWidth: 100,
          pictureHeight: 100,
        },
        detections: [{ label: 'car', score, box: [pixel(x1), 40, pixel(x2), 50] as const }],
      }
    }
    const seen = (x1: number, x2: number) =>
      mergeCuts(
        regions.map((region, index) => at(region, x1, x2, index === 2 ? 0.5 : 0.9)),
        { model: 'm', thresholdOf: () => 0.3, iou: 0.6 },
      )
    expect(seen(0.46, 0.54).map(({ box }) => [box[0], box[2]])).toEqual([[0.46, 0.54].map((x) => expect.closeTo(x, 3))])
    expect(seen(0.3, 0.7).map(({ box }) => [box[0], box[2]])).toEqual([[0.3, 0.7].map((x) => expect.closeTo(x, 3))])
  })
})
