// Hidden surfaces: which triangle is nearest at every sample.

/** Fills `owner` with the nearest triangle of every sample; `nearest` holds 1/depth. */
export function rasterise(
  triangles: Uint32Array,
  screen: Float32Array,
  samples: number,
  x0: number,
  y0: number,
  w: number,
  h: number,
  nearest: Float32Array,
  owner: Int32Array,
): void {
  for (let t = 0; t < triangles.length; t += 3) {
    const a = 3 * (triangles[t] as number)
    const b = 3 * (triangles[t + 1] as number)
    const c = 3 * (triangles[t + 2] as number)
    const ax = ((screen[a] as number) - x0) * samples
    const ay = ((screen[a + 1] as number) - y0) * samples
    const bx = ((screen[b] as number) - x0) * samples
    const by = ((screen[b + 1] as number) - y0) * samples
    const dx = ((screen[c] as number) - x0) * samples
    const dy = ((screen[c + 1] as number) - y0) * samples
    const area = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    if (Math.abs(area) < 1e-4) continue
    const za = screen[a + 2] as number
    const zb = screen[b + 2] as number
    const zc = screen[c + 2] as number
    const minX = Math.max(0, Math.ceil(Math.min(ax, bx, dx) - 0.5))
    const maxX = Math.min(w - 1, Math.floor(Math.max(ax, bx, dx) - 0.5))
    const minY = Math.max(0, Math.ceil(Math.min(ay, by, dy) - 0.5))
    const maxY = Math.min(h - 1, Math.floor(Math.max(ay, by, dy) - 0.5))
    const inverse = 1 / area
    for (let y = minY; y <= maxY; y++) {
      const py = y + 0.5
      for (let x = minX; x <= maxX; x++) {
        const px = x + 0.5
        const wb = ((px - ax) * (dy - ay) - (py - ay) * (dx - ax)) * inverse
        const wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) * inverse
        const wa = 1 - wb - wc
        if (wa < -1e-6 || wb < -1e-6 || wc < -1e-6) continue
        const z = wa * za + wb * zb + wc * zc
        const at = y * w + x
        if (z <= (nearest[at] as number)) continue
        nearest[at] = z
        owner[at] = t
      }
    }
  }
}

let buffers = { nearest: new Float32Array(0), owner: new Int32Array(0) }

/** Cleared buffers for so many samples, reused from call to call. */
export function sampleBuffers(count: number): { nearest: Float32Array; owner: Int32Array } {
  if (buffers.nearest.length < count) buffers = { nearest: new Float32Array(count), owner: new Int32Array(count) }
  buffers.nearest.fill(0, 0, count)
  buffers.owner.fill(-1, 0, count)
  return buffers
}
