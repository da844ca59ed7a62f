// A cook: a person in white, with or without the hat.
import { createMeshBuilder, type Mesh } from '../cctv/scene/mesh.ts'
import { addWalker, paintPerson } from '../cctv/scene/objects/person.ts'
import type { Random } from '../random.ts'

const hatPart = 40

export function createCook(random: Random, bareheaded: boolean): Mesh {
  const builder = createMeshBuilder()
  const height = random.normal(1.68, 0.06)
  const clothes = {
    top: [0.78, 0.79, 0.8],
    legs: [0.05, 0.05, 0.06],
    hair: [0.012, 0.01, 0.009],
    bag: [0.5, 0.5, 0.5],
    bare: false,
  } as const
  const crown = addWalker(builder, height, 1, 0.15, clothes)
  if (!bareheaded) {
    builder.tube(
      hatPart,
      [crown[0] - 0.02, 0, crown[2] + 0.06],
      [crown[0] - 0.03, 0, crown[2] + 0.26],
      0.115,
      0.125,
      12,
    )
    builder.ball(hatPart, [crown[0] - 0.03, 0, crown[2] + 0.28], [0.15, 0.15, 0.07])
  }
  return builder.build((surface, part) => {
    if (paintPerson(clothes, surface, part)) return
    surface.red = surface.green = surface.blue = 0.85
  })
}
