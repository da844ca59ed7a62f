import { describe, expect, it } from 'vitest'
import { createStreetPicture, patchInPicture } from './street-picture.ts'
import type { StreetScript } from './street-script.ts'
import { streets } from './streets/all-streets.ts'

describe.each(Object.entries(streets))('the picture of %s', (_name, script: StreetScript) => {
  it('has its zones as plain polygons inside the frame, large enough for a car', () => {
    for (const zone of script.zones) {
      const polygon = patchInPicture(script, zone)
      expect(polygon).toHaveLength(4)
      for (const value of polygon.flat()) {
        expect(value).toBeGreaterThanOrEqual(0)
        expect(value).toBeLessThanOrEqual(1)
      }
      const area =
        Math.abs(
          polygon.reduce(
            (sum, [x, y], i) => sum + x * (polygon[(i + 1) % 4]?.[1] ?? 0) - (polygon[(i + 1) % 4]?.[0] ?? 0) * y,
            0,
          ),
        ) / 2
      expect(area * 640 * 360).toBeGreaterThan(3000)
    }
  })
})

describe('the picture of the back lane', () => {
  it('shows the car that parks with its bottom centre in the zone, standing still to the pixel', () => {
    const picture = createStreetPicture(streets.backLane, { samples: 1 })
    const zone = patchInPicture(streets.backLane, streets.backLane.zones[0] as never)
    picture.nextWithTruth(12, 0)
    const inZone = () =>
      picture
        .nextWithTruth(1, 0)
        .flatMap(({ objectClass, box: [x1, , x2, y2], visible }) =>
          objectClass === 'car' && contains(zone, (x1 + x2) / 2 / 640, y2 / 360) && visible > 0.3 ? [[x1, x2, y2]] : [],
        )
    const first = inZone()
    expect(first.length).toBeGreaterThanOrEqual(1)
    const later = inZone()
    expect(
      later.some((box) => first.some((other) => box.every((value, i) => Math.abs(value - (other[i] ?? 0)) < 0.01))),
    ).toBe(true)
  })

  it('is the same for the same seed and time', () => {
    const frame = () => {
      const picture = createStreetPicture(streets.canalSide, { samples: 1 })
      picture.next(20, 1_593_324_000_000)
      return Buffer.from(picture.pixels.slice().buffer)
    }
    expect(frame().equals(frame())).toBe(true)
  })
})

function contains(polygon: readonly (readonly [number, number])[], x: number, y: number): boolean {
  let inside = false
  for (const [i, [x1, y1]] of polygon.entries()) {
    const [x2, y2] = polygon[(i + 1) % polygon.length] as readonly [number, number]
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
  }
  return inside
}
