import { describe, expect, it } from 'vitest'
import { createRandom } from '../../random.ts'
import { createLight } from './light.ts'
import { createRoadUser, roadUserKinds } from './objects/catalogue.ts'
import { renderSprite } from './rasterise.ts'
import { drawSprite, rescale, trim } from './sprite.ts'
import { createView, project } from './view.ts'

const view = createView({ width: 640, height: 360, position: [0, 0, 6], yaw: 0, pitch: 0.35, fieldOfView: 1 })
const light = createLight('sunny', createRandom(1))

describe('a drawn road user', () => {
  it.each(roadUserKinds)('%s fills its box and stands on its place', (kind) => {
    const { mesh } = createRoadUser(kind, createRandom(5))
    const sprite = renderSprite(mesh, { x: 1, y: 18, heading: 1.2 }, view, light)
    if (!sprite) throw new Error('not seen')
    let [left, top, right, bottom] = [1e9, 1e9, -1, -1]
    for (let y = 0; y < sprite.height; y++)
      for (let x = 0; x < sprite.width; x++)
        if (sprite.mask[y * sprite.width + x]) {
          left = Math.min(left, x + sprite.x)
          right = Math.max(right, x + sprite.x + 1)
          top = Math.min(top, y + sprite.y)
          bottom = Math.max(bottom, y + sprite.y + 1)
        }
    const [x1, y1, x2, y2] = sprite.box
    for (const [drawn, box] of [
      [left, x1],
      [top, y1],
      [right, x2],
      [bottom, y2],
    ] as const)
      expect(Math.abs(drawn - box)).toBeLessThan(2.5)
    const foot = project(view, 1, 18, 0)
    expect(foot.x).toBeGreaterThan(x1)
    expect(foot.x).toBeLessThan(x2)
    expect(sprite.depth).toBeCloseTo(foot.depth, 3)
  })

  it('is not seen behind the camera or beside the frame', () => {
    const { mesh } = createRoadUser('sedan', createRandom(5))
    expect(renderSprite(mesh, { x: 0, y: -20, heading: 0 }, view, light)).toBeUndefined()
    expect(renderSprite(mesh, { x: 90, y: 20, heading: 0 }, view, light)).toBeUndefined()
  })

  it('is hidden by what stands nearer', () => {
    const { mesh } = createRoadUser('suv', createRandom(5))
    const sprite = renderSprite(mesh, { x: 0, y: 18, heading: 0 }, view, light)
    if (!sprite) throw new Error('not seen')
    const owners = new Uint8Array(640 * 360)
    const draw = (occluder: number) => {
      owners.fill(0)
      drawSprite(
        new Uint8ClampedArray(640 * 360 * 4),
        640,
        360,
        sprite,
        new Float32Array(640 * 360).fill(occluder),
        owners,
        1,
      )
      return owners.reduce((sum, owner) => sum + owner, 0)
    }
    expect(draw(5)).toBe(0)
    expect(draw(Number.POSITIVE_INFINITY)).toBeGreaterThan(500)
  })

  it('moves and scales about its anchor', () => {
    const { mesh } = createRoadUser('sedan', createRandom(5))
    const sprite = renderSprite(mesh, { x: 0, y: 18, heading: 0.4 }, view, light)
    if (!sprite) throw new Error('not seen')
    const anchor = project(view, 0, 18, 0)
    const half = rescale(trim(sprite), [anchor.x, anchor.y], 0.5, [200, 100], 30, view)
    const width = sprite.box[2] - sprite.box[0]
    expect(half.box[2] - half.box[0]).toBeCloseTo(width / 2, 3)
    expect(half.depth).toBe(30)
    const solid = (mask: Iterable<number>) => [...mask].reduce((sum, value) => sum + value, 0)
    expect(solid(half.mask) / solid(sprite.mask)).toBeCloseTo(0.25, 1)
  })
})
