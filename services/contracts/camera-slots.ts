// How cameras are shared among `eyes` workers: 64 slots of the group `eyes`, a camera's slot by its id, the same in every process and version.

export const eyesGroup = 'eyes'
export const eyesSlots = 64

/** The slot of a camera, 0 ≤ slot < 64: FNV-1a (32 bit) of its id, modulo 64. */
export function slotOfCamera(cameraId: string): number {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(cameraId)) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0) % eyesSlots
}
