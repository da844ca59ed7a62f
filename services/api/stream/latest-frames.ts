// The newest analysed frame of each camera, for the console's boxes over pictures. In memory: the next frame is never far.
import type { FrameAnalysed } from '../../contracts/events/frame-analysed-v1.ts'
import type { StreamEvent } from './event-hub.ts'

export interface LatestFrames {
  take(event: StreamEvent): void
  of(cameraId: string): FrameAnalysed | undefined
}

export function createLatestFrames(): LatestFrames {
  const frames = new Map<string, FrameAnalysed>()
  return {
    take({ event }) {
      if (event.type === 'cn.qianliyan.frame.analysed.v1') frames.set(event.data.cameraId, event.data)
    },
    of: (cameraId) => frames.get(cameraId),
  }
}
