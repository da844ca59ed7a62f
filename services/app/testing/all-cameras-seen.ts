// For tests of roles as processes of their own: waits until vision has looked at every camera.
import type { openStream } from '../../api/testing/event-stream.ts'

/** Resolves with how long it took, ms from `since`, until an analysed frame of every camera that was captured after `since` has come. */
export async function allCamerasSeen(
  frames: Awaited<ReturnType<typeof openStream>>,
  cameraIds: readonly string[],
  since: number,
): Promise<number> {
  const missing = new Set(cameraIds)
  while (missing.size > 0) {
    const { data } = await frames.next(60_000)
    if (Date.parse(data.data.capturedAt) >= since) missing.delete(data.data.cameraId)
  }
  return Date.now() - since
}
