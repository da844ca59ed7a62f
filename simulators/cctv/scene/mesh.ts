// Shapes of triangles with smooth normals, built from lofts, tubes and boxes. Model space: x forward, y left, z up, metres, origin on the ground.
import type { Vector } from './view.ts'

/** What a surface is at a point: filled by a `Paint`. Colours linear. */
export interface Surface {
  red: number
  green: number
  blue: number
  /** share of mirror-like reflection at right angles: 0 matt, 0.04 lacquer, 0.08 glass, 0.6 chrome */
  mirror: number
  /** own light */
  glow: number
}

/** Tells the surface at a point of a part, in model space, with the normal there. */
export type Paint = (
  surface: Surface,
  part: number,
  x: number,
  y: number,
  z: number,
  normalX: number,
  normalY: number,
  normalZ: number,
) => void

export interface Mesh {
  /** x y z per vertex */
  readonly positions: Float32Array
  readonly normals: Float32Array
  /** three vertices per triangle */
  readonly triangles: Uint32Array
  /** part per triangle */
  readonly parts: Uint8Array
  readonly paint: Paint
  /** lamps for the dark: position, colour, size in metres, direction of light in x (+1 ahead, -1 behind, 0 all round) */
  readonly lamps: readonly { at: Vector; colour: Vector; size: number; ahead: number }[]
}

export interface MeshBuilder {
  /** A skin over rings of equally many points; closed at both ends with fans where `caps`. */
  loft(part: number, rings: readonly (readonly Vector[])[], caps?: boolean): void
  /** A tube with rounded look between two points. */
  tube(part: number, from: Vector, to: Vector, radiusFrom: number, radiusTo?: number, sides?: number): void
  box(part: number, from: Vector, to: Vector): void
  /** An ellipsoid, optionally with bumps. */
  ball(part: number, centre: Vector, radius: Vector, bumps?: (direction: Vector) => number): void
  /** A wheel with its axle along y. */
  wheel(part: number, centre: Vector, radius: number, width: number): void
  /** A ring (tyre of a bicycle) with its axle along y. */
  ring(part: number, centre: Vector, radius: number, thickness: number): void
  build(paint: Paint, lamps?: Mesh['lamps']): Mesh
}

export function createMeshBuilder(): MeshBuilder {
  const positions: number[] = []
  const triangles: number[] = []
  const parts: number[] = []

  const vertex = (point: Vector) => positions.push(...point) / 3 - 1
  const triangle = (part: number, a: number, b: number, c: number) => {
    triangles.push(a, b, c)
    parts.push(part)
  }

  const loft: MeshBuilder['loft'] = (part, rings, caps = true) => {
    const size = rings[0]?.length ?? 0
    const start = rings.map((ring) => {
      const first = positions.length / 3
      for (const point of ring) vertex(point)
      return first
    })
    for (let r = 0; r + 1 < start.length; r++) {
      const a = start[r] as number
      const b = start[r + 1] as number
      for (let i = 0; i < size; i++) {
        const j = (i + 1) % size
        triangle(part, a + i, b + i, a + j)
        triangle(part, b + i, b + j, a + j)
      }
    }
    if (!caps) return
    for (const ring of [rings[0], rings.at(-1)]) {
      if (!ring) continue
      const centre = ring.reduce((sum, p) => [sum[0] + p[0] / size, sum[1] + p[1] / size, sum[2] + p[2] / size], [
        0, 0, 0,
      ] as number[] as never as Vector)
      const middle = vertex(centre)
      const around = ring.map((point) => vertex(point))
      for (let i = 0; i < size; i++) triangle(part, middle, around[i] as number, around[(i + 1) % size] as number)
    }
  }

  const tube: MeshBuilder['tube'] = (part, from, to, radiusFrom, radiusTo = radiusFrom, sides = 8) => {
    const axis = subtract(to, from)
    const length = Math.hypot(...axis) || 1
    const helper: Vector = Math.abs(axis[2]) > 0.8 * length ? [1, 0, 0] : [0, 0, 1]
    const u = unit(cross(axis, helper))
    const v = unit(cross(axis, u))
    const circle = (centre: Vector, radius: number): Vector[] =>
      Array.from({ length: sides }, (_, i) => {
        const angle = (2 * Math.PI * i) / sides
        const [c, s] = [Math.cos(angle) * radius, Math.sin(angle) * radius]
        return [centre[0] + u[0] * c + v[0] * s, centre[1] + u[1] * c + v[1] * s, centre[2] + u[2] * c + v[2] * s]
      })
    loft(part, [circle(from, radiusFrom), circle(to, radiusTo)])
  }

  return {
    loft,
    tube,
    box(part, [x0, y0, z0], [x1, y1, z1]) {
      const face = (...corners: Vector[]) => {
        const [a, b, c, d] = corners.map(vertex) as [number, number, number, number]
        triangle(part, a, b, c)
        triangle(part, a, c, d)
      }
      face([x0, y0, z0], [x0, y1, z0], [x0, y1, z1], [x0, y0, z1])
      face([x1, y0, z0], [x1, y0, z1], [x1, y1, z1], [x1, y1, z0])
      face([x0, y0, z0], [x0, y0, z1], [x1, y0, z1], [x1, y0, z0])
      face([x0, y1, z0], [x1, y1, z0], [x1, y1, z1], [x0, y1, z1])
      face([x0, y0, z1], [x0, y1, z1], [x1, y1, z1], [x1, y0, z1])
    },
    ball(part, centre, radius, bumps = () => 1) {
      const rings = 9
      const sides = 14
      loft(
        part,
        Array.from({ length: rings }, (_, r) => {
          const polar = (Math.PI * (r + 0.02)) / (rings - 0.96)
          return Array.from({ length: sides }, (_, i): Vector => {
            const angle = (2 * Math.PI * i) / sides
            const d: Vector = [Math.sin(polar) * Math.cos(angle), Math.sin(polar) * Math.sin(angle), Math.cos(polar)]
            const k = bumps(d)
            return [
              centre[0] + d[0] * radius[0] * k,
              centre[1] + d[1] * radius[1] * k,
              centre[2] + d[2] * radius[2] * k,
            ]
          })
        }),
      )
    },
    wheel(part, [x, y, z], radius, width) {
      const circle = (r: number, at: number): Vector[] =>
        Array.from({ length: 20 }, (_, i) => {
          const angle = (2 * Math.PI * i) / 20
          return [x + r * Math.cos(angle), at, z + r * Math.sin(angle)]
        })
      loft(part, [
        circle(radius * 0.94, y - width / 2),
        circle(radius, y - width * 0.36),
        circle(radius, y + width * 0.36),
        circle(radius * 0.94, y + width / 2),
      ])
    },
    ring(part, [x, y, z], radius, thickness) {
      const rings = Array.from({ length: 19 }, (_, r) => {
        const angle = (2 * Math.PI * r) / 18
        return Array.from({ length: 5 }, (_, i): Vector => {
          const turn = (2 * Math.PI * i) / 5
          const out = radius + thickness * Math.cos(turn)
          return [x + out * Math.cos(angle), y + thickness * Math.sin(turn), z + out * Math.sin(angle)]
        })
      })
      loft(part, rings, false)
    },
    build(paint, lamps = []) {
      return {
        positions: Float32Array.from(positions),
        normals: smoothNormals(positions, triangles),
        triangles: Uint32Array.from(triangles),
        parts: Uint8Array.from(parts),
        paint,
        lamps,
      }
    },
  }
}

function smoothNormals(positions: readonly number[], triangles: readonly number[]): Float32Array {
  const normals = new Float32Array(positions.length)
  const at = (i: number): Vector => [positions[3 * i] ?? 0, positions[3 * i + 1] ?? 0, positions[3 * i + 2] ?? 0]
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t] ?? 0, triangles[t + 1] ?? 0, triangles[t + 2] ?? 0]
    const normal = cross(subtract(at(b), at(a)), subtract(at(c), at(a)))
    for (const i of [a, b, c])
      for (let k = 0; k < 3; k++) normals[3 * i + k] = (normals[3 * i + k] ?? 0) + (normal[k] as number)
  }
  for (let i = 0; i < normals.length; i += 3) {
    const length = Math.hypot(normals[i] ?? 0, normals[i + 1] ?? 0, normals[i + 2] ?? 0) || 1
    for (let k = 0; k < 3; k++) normals[i + k] = (normals[i + k] ?? 0) / length
  }
  return normals
}

function subtract(a: Vector, b: Vector): Vector {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}
function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}
function unit(a: Vector): Vector {
  const length = Math.hypot(...a) || 1
  return [a[0] / length, a[1] / length, a[2] / length]
}
