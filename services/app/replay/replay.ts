// A saved clip or a recording through the exact path of a live camera (decoding, cuts, inference, tracks, zones, machines, state), on engines of its own in a
// temporary folder: nothing of it reaches the running system. Every frame is seen, in the file's own time, so the same clip tells the same.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Config } from '../../contracts/config/config.ts'
import type { CameraEyes } from '../../contracts/frames.ts'
import type { RecordedPart } from '../../contracts/recordings.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { parseConfig } from '../../kernel/config/load-config.ts'
import { createLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { watchFootage } from '../../media/footage-analysis/watch-footage.ts'
import { watchRecording } from '../../media/footage-analysis/watch-recording.ts'
import { createVisionService } from '../../vision/vision-service.ts'
import { createEngines } from '../engines.ts'
import { type ToldFinding, told } from './compare.ts'

export interface Replayed {
  readonly findings: readonly ToldFinding[]
  readonly frames: number
  /** of the clip */
  readonly seconds: number
  readonly tookSeconds: number
}

/** A clip, seen from `beganAt` (ms since the epoch) on; or a recording with its own times. */
export type ReplaySource =
  | { readonly file: string; readonly beganAt: number }
  | { readonly parts: AsyncIterable<RecordedPart> }

/**
 * Plays the source as if `camera` saw it; `onSeen` is told the event time of each frame that was seen. Rejects with QLY_STREAM_UNREADABLE or QLY_MODEL_…; also when aborted.
 */
export async function replay(
  config: Config,
  camera: CameraConfig,
  source: ReplaySource,
  { signal, onSeen = () => {} }: { readonly signal: AbortSignal; readonly onSeen?: (at: number) => void },
): Promise<Replayed> {
  const directory = await mkdtemp(path.join(tmpdir(), 'qly-replay-'))
  const { vision: visionConfig, media, timezone } = config
  const own: Config = {
    ...parseConfig('cameras: []', 'replay'),
    vision: visionConfig,
    media,
    timezone,
    dataDir: directory,
  }
  const deps = { clock: systemClock, logger: createLogger({ level: 'warn', pretty: true }), registry: createMetrics() }
  const { kernel, services } = createEngines(deps, own)
  const vision = createVisionService(kernel, own)
  const running = [...services, vision]
  try {
    for (const service of running) await service.start(signal)
    const findings: ToldFinding[] = []
    const listening = await kernel.bus.tail({ topics: ['qly.detection.v1'], from: 'earliest' }, ({ event }) => {
      if (event.type === 'cn.qianliyan.finding.changed.v1') findings.push(told(event.data))
    })
    const eyes: CameraEyes = {
      ...vision.eyes,
      async see(frame, ready) {
        await vision.eyes.see(frame, ready)
        onSeen(frame.capturedAt)
      },
    }
    const begun = performance.now()
    const seen = await watch({ ...deps, eyes }, own, camera, source, signal)
    const tookSeconds = (performance.now() - begun) / 1000
    while ((await listening.lag()) > 0) await systemClock.sleep(5, signal)
    await listening.stop()
    return { findings, frames: seen.frames, seconds: seen.seconds, tookSeconds }
  } finally {
    for (const service of running.reverse()) await service.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

async function watch(
  deps: Parameters<typeof watchFootage>[0],
  { media }: Config,
  camera: CameraConfig,
  source: ReplaySource,
  signal: AbortSignal,
): Promise<{ frames: number; seconds: number }> {
  if ('file' in source) {
    const footage = { camera, path: path.resolve(source.file), isPicture: false, beganAt: source.beganAt }
    return watchFootage(deps, media, footage, signal)
  }
  const { frames, from = 0, to = 0 } = await watchRecording(deps, media, camera, source.parts, signal)
  return { frames, seconds: (to - from) / 1000 }
}
