// Frames of a camera that were sent over the bus and are kept until vision is done with them, since it may ask for their whole picture.
import type { CameraFrame } from '../../contracts/frames.ts'
import type { Clock } from '../../kernel/clock/clock.ts'

export interface HeldFrames {
  /** Keeps a frame; resolves when it is let go: true if it was released, false if it ran out of time or too many were kept. */
  hold(frame: CameraFrame): Promise<boolean>
  /** The frame of this time, while it is kept. */
  at(capturedAt: number): CameraFrame | undefined
  /** This frame and those before it will not be asked for any more. */
  release(sequence: number): void
  releaseAll(): void
}

/** `most`: so many at once, the oldest are let go first. */
export function createHeldFrames(
  clock: Pick<Clock, 'after'>,
  { milliseconds, most }: { milliseconds: number; most: number },
): HeldFrames {
  const held: { readonly frame: CameraFrame; readonly letGo: (released: boolean) => void }[] = []
  const letGo = (sequence: number, released: boolean) => {
    while (held[0] && held[0].frame.sequence <= sequence) held.shift()?.letGo(released)
  }
  return {
    hold(frame) {
      return new Promise((resolve) => {
        const cancel = clock.after(milliseconds, () => letGo(frame.sequence, false))
        held.push({
          frame,
          letGo(released) {
            cancel()
            resolve(released)
          },
        })
        while (held.length > most) held.shift()?.letGo(false)
      })
    },
    at: (capturedAt) => held.find(({ frame }) => frame.capturedAt === capturedAt)?.frame,
    release: (sequence) => letGo(sequence, true),
    releaseAll: () => letGo(Number.POSITIVE_INFINITY, true),
  }
}
