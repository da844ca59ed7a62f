// The fixed camera: a pinhole above the street. World: x across the street, y along it, z up, in metres; the ground is z = 0.

export type Vector = readonly [number, number, number]

export interface ViewOptions {
  readonly width: number
  readonly height: number
  readonly position: Vector
  /** radians to the right of the y axis */
  readonly yaw: number
  /** radians below the horizon */
  readonly pitch: number
  /** radians clockwise; a mast is never quite upright */
  readonly roll?: number
  /** horizontal field of view in radians */
  readonly fieldOfView: number
}

export interface View extends ViewOptions {
  /** in pixels */
  readonly focal: number
  readonly right: Vector
  readonly down: Vector
  readonly forward: Vector
}

export function createView(options: ViewOptions): View {
  const { yaw, pitch, roll = 0 } = options
  const forward: Vector = [Math.sin(yaw) * Math.cos(pitch), Math.cos(yaw) * Math.cos(pitch), -Math.sin(pitch)]
  const flatRight: Vector = [Math.cos(yaw), -Math.sin(yaw), 0]
  const flatDown: Vector = [-Math.sin(yaw) * Math.sin(pitch), -Math.cos(yaw) * Math.sin(pitch), -Math.cos(pitch)]
  const cos = Math.cos(roll)
  const sin = Math.sin(roll)
  const right: Vector = [0, 1, 2].map((i) => (flatRight[i] as number) * cos + (flatDown[i] as number) * sin) as never
  const down: Vector = [0, 1, 2].map((i) => (flatDown[i] as number) * cos - (flatRight[i] as number) * sin) as never
  return { ...options, focal: options.width / 2 / Math.tan(options.fieldOfView / 2), right, down, forward }
}

/** Pixel position and depth (metres along the optical axis) of a point in the world; not visible where depth <= 0. */
export function project(view: View, x: number, y: number, z: number): { x: number; y: number; depth: number } {
  const dx = x - view.position[0]
  const dy = y - view.position[1]
  const dz = z - view.position[2]
  const depth = dx * view.forward[0] + dy * view.forward[1] + dz * view.forward[2]
  const across = dx * view.right[0] + dy * view.right[1] + dz * view.right[2]
  const along = dx * view.down[0] + dy * view.down[1] + dz * view.down[2]
  return {
    x: view.width / 2 + (view.focal * across) / depth,
    y: view.height / 2 + (view.focal * along) / depth,
    depth,
  }
}

/** A polygon on the ground as fractions of the frame, cut to the frame; for zones. Points behind the camera are not allowed. */
export function projectGround(view: View, points: readonly (readonly [number, number])[]): [number, number][] {
  return points.map(([x, y]) => {
    const point = project(view, x, y, 0)
    return [clampUnit(point.x / view.width), clampUnit(point.y / view.height)]
  })
}

function clampUnit(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * 10_000) / 10_000
}
