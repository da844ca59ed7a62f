// A street camera that lives: its picture moves on at its own pace and is pushed to the RTSP server, again and again where that is away.
import type { Simulator, SimulatorDeps } from '../simulator.ts'
import { publish } from './rtsp-publisher.ts'
import { createStreetPicture } from './street-picture.ts'
import { frameSize, type StreetScript } from './street-script.ts'
import { createVideoEncoder } from './video-encoder.ts'

export interface StreetCameraOptions {
  readonly id: string
  readonly script: StreetScript
  /** with credential: rtsp://id:password@host:port/id; a function where the port is known only later */
  readonly url: string | (() => string)
  readonly fps?: number
  /** scripted seconds in one real second */
  readonly speed?: number
}

const retry = { first: 500, most: 5000 }

export function createStreetCamera(deps: SimulatorDeps, options: StreetCameraOptions): Simulator {
  const { id, script, url, fps = 5, speed = 1 } = options
  const { clock, logger } = deps
  const stopping = new AbortController()
  let running: Promise<void> | undefined

  const run = async () => {
    const picture = createStreetPicture(script)
    let wait = retry.first
    let complained = false
    while (!stopping.signal.aborted) {
      const encoder = await createVideoEncoder({ ...frameSize, fps, group: fps * 2 })
      try {
        const publication = await publish(typeof url === 'string' ? url : url(), encoder, fps)
        logger.debug({ camera: id }, 'simulated camera: publishing')
        wait = retry.first
        complained = false
        try {
          await stream(picture, encoder, publication.write)
        } finally {
          await publication.close()
        }
      } catch (error) {
        if (stopping.signal.aborted) break
        if (!complained)
          logger.warn({ camera: id, reason: (error as Error).message }, 'simulated camera: no stream, trying on')
        complained = true
        await clock.sleep(wait, stopping.signal).catch(() => undefined)
        wait = Math.min(retry.most, wait * 1.6)
      } finally {
        encoder.close()
      }
    }
  }

  async function stream(
    picture: ReturnType<typeof createStreetPicture>,
    encoder: Awaited<ReturnType<typeof createVideoEncoder>>,
    write: Awaited<ReturnType<typeof publish>>['write'],
  ): Promise<void> {
    let due = clock.monotonic()
    for (let index = 0; !stopping.signal.aborted; index++) {
      picture.next(index === 0 ? 0 : speed / fps, clock.now())
      for (const packet of encoder.encode(picture.pixels, index)) await write(packet)
      due += 1000 / fps
      const late = clock.monotonic() - due
      // a machine that is too slow leaves frames out and does not rush after them
      if (late > 1000) due += late
      if (late < 0) await clock.sleep(-late, stopping.signal).catch(() => undefined)
    }
  }

  return {
    name: id,
    async start() {
      running ??= run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
