// What stands in a street: trees, lamp posts, signs, bollards, bins. They hide what is behind them.

import { noise, type Random } from '../../../random.ts'
import { createMeshBuilder, type Mesh } from '../mesh.ts'
import type { Vector } from '../view.ts'
import { brightPaint, linear, set, vary } from './colours.ts'

export const furnitureKinds = ['tree', 'lamp_post', 'sign', 'bollard', 'bin', 'shrub'] as const
export type FurnitureKind = (typeof furnitureKinds)[number]

export function createFurniture(kind: FurnitureKind, random: Random): Mesh {
  const builder = createMeshBuilder()
  const salt = random.integer(1e6)
  const leaf = vary(linear(random.pick(['#3f5b2a', '#4c6b2f', '#35502c', '#5c7138'])), 0.2, random)
  const metal = vary(linear(random.pick(['#5d6063', '#8b8f92', '#2d3032'])), 0.1, random)
  const colour = brightPaint(random)
  const bark = linear('#5a4c3f')
  const bumps = (d: Vector) => 0.72 + 0.55 * noise(d[0] * 3.1 + 9, d[1] * 3.1 + d[2] * 2.7 + 9, salt)
  if (kind === 'tree') {
    const height = random.range(4.2, 7.5)
    const crown = random.range(1.3, 2.4)
    builder.tube(0, [0, 0, 0], [0.1, 0, height * 0.6], 0.14, 0.09)
    for (let i = 0; i < 5; i++) {
      const angle = random.range(0, 6.28)
      const out = i === 0 ? 0 : crown * 0.55
      builder.ball(
        1,
        [out * Math.cos(angle), out * Math.sin(angle), height * random.range(0.68, 0.95)],
        [crown * random.range(0.6, 0.9), crown * random.range(0.6, 0.9), crown * random.range(0.5, 0.8)],
        bumps,
      )
    }
  } else if (kind === 'lamp_post') {
    builder.tube(2, [0, 0, 0], [0, 0, 6.5], 0.09, 0.05)
    builder.tube(2, [0, 0, 6.4], [1.3, 0, 6.7], 0.04)
    builder.box(3, [0.9, -0.12, 6.62], [1.6, 0.12, 6.74])
  } else if (kind === 'sign') {
    builder.tube(2, [0, 0, 0], [0, 0, 2.7], 0.035)
    builder.box(4, [-0.02, -0.3, 2.05], [0.02, 0.3, 2.65])
  } else if (kind === 'bollard') {
    builder.tube(5, [0, 0, 0], [0, 0, 0.75], 0.07)
  } else if (kind === 'bin') {
    builder.box(6, [-0.2, -0.45, 0.08], [0.2, -0.02, 1])
    builder.box(4, [-0.2, 0.02, 0.08], [0.2, 0.45, 1])
  } else {
    builder.ball(1, [0, 0, 0.4], [random.range(0.5, 0.9), random.range(0.5, 0.9), random.range(0.45, 0.7)], bumps)
  }
  return builder.build((surface, part, x, y, z) => {
    if (part === 0) return set(surface, bark)
    if (part === 1) {
      // leaves: bright and dark specks
      const speck =
        0.45 + 1.1 * noise(x * 7 + z * 3, y * 7 - z * 5, salt) * noise(x * 2 + 30, z * 2 + y + 30, salt + 1) * 1.7
      return set(surface, [leaf[0] * speck, leaf[1] * speck, leaf[2] * speck])
    }
    if (part === 3) return set(surface, [0.9, 0.85, 0.7], 0.02, 1.5)
    if (part === 4) return set(surface, colour, 0.02)
    if (part === 5) return set(surface, Math.floor(z / 0.18) % 2 ? [0.6, 0.08, 0.05] : [0.7, 0.7, 0.68])
    if (part === 6) return set(surface, linear('#2f7d4c'))
    set(surface, metal, 0.05)
  })
}
