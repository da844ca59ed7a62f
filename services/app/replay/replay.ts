// A saved clip through the exact path of a live camera (decoding, cuts, inference, tracks, zones, machines, state), on engines of its own in a
// temporary folder: nothing of it reaches the running system. Every frame is seen, in the file's own time, so the same clip tells the same.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { Config } from '../../contracts/config/config.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { parseConfig } from '../../kernel/config/load-config.ts'
import { createLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { watchFootage } from '../../media/footage-analysis/watch-footage.ts'
import { createVisionService } from '../../vision/vision-service.ts'
import { createEngines } from '../engines.ts'
import type { ToldFinding } from './compare.ts'

export interface Replayed {
  readonly findings: readonly ToldFinding[]
  readonly frames: number
  /** of the clip */
  readonly seconds: number
  readonly tookSeconds: number
}

/**
 * Plays `file` as if `camera` saw it from `beganAt` (ms since the epoch) on. Rejects with QLY_STREAM_UNREADABLE or QLY_MODEL_…; also when aborted.
 */
export async function replay(
  config: Config,
  camera: CameraConfig,
  clip: { readonly file: string; readonly beganAt: number },
  signal: AbortSignal,
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
    const begun = performance.now()
    const footage = { camera, path: path.resolve(clip.file), isPicture: false, beganAt: clip.beganAt }
    const seen = await watchFootage({ ...deps, eyes: vision.eyes }, own.media, footage, signal)
    const tookSeconds = (performance.now() - begun) / 1000
    while ((await listening.lag()) > 0) await systemClock.sleep(5, signal)
    await listening.stop()
    return { findings, frames: seen.frames, seconds: seen.seconds, tookSeconds }
  } finally {
    for (const service of running.reverse()) await service.stop()
    await rm(directory, { recursive: true, force: true })
  }
}

function told({ phase, kind, zoneId, label, at, since, score, box }: ToldFinding): ToldFinding {
  return {
    phase,
    kind,
    ...(zoneId === undefined ? {} : { zoneId }),
    ...(label === undefined ? {} : { label }),
    at,
    since,
    ...(score === undefined ? {} : { score }),
    ...(box === undefined ? {} : { box }),
  }
}
