// What is published of analysed frames and counts: best effort, off the path of the frames. Findings do not go this way (state/camera-store.ts).
import { createEvent } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { VisionConfig } from '../../contracts/config/vision.ts'
import { frameAnalysedV1 } from '../../contracts/events/frame-analysed-v1.ts'
import { readingRecordedV1 } from '../../contracts/events/reading-recorded-v1.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { counter } from '../../kernel/metrics/metrics.ts'
import { shiftOf } from '../parking/motion.ts'
import type { RememberedTrack } from '../tracking/track-memory.ts'

export interface FramePublisher {
  /** The tracks of one model in one frame. */
  analysed(camera: CameraConfig, model: string, tracks: readonly RememberedTrack[], at: number): void
  /** Figures of a camera at a moment, as a reading of it; `name` says which of its readings it is. */
  figures(camera: CameraConfig, name: string, values: Readonly<Record<string, number>>, observedAt: number): void
  /** Forgets what was last published of a camera. */
  forget(cameraId: string): void
  /** Resolves once what was handed over is published or dropped. */
  drain(): Promise<void>
}

/** Events on their way to a bus that does not answer; more are dropped and counted. */
const mostPending = 500
/** Objects in one event (schema). */
const mostObjects = 1000

export function createFramePublisher(
  deps: Pick<Kernel, 'bus' | 'clock' | 'registry' | 'logger'>,
  config: { publishFrames: VisionConfig['publishFrames']; moveShare: number },
): FramePublisher {
  const { bus, clock, registry, logger } = deps
  const dropped = counter(
    registry,
    'qianliyan_vision_events_dropped_total',
    'Analysed frames and counts not published because the bus does not answer.',
  )
  const pending = new Set<Promise<void>>()
  const last = new Map<string, ReadonlyMap<number, RememberedTrack>>()

  const send = (outgoing: Outgoing) => {
    if (pending.size >= mostPending) return dropped.inc()
    const sending = bus.publish([outgoing]).catch((error: unknown) => {
      dropped.inc()
      logger.debug({ err: error }, 'an analysed frame was not published')
    })
    pending.add(sending)
    sending.finally(() => pending.delete(sending)).catch(() => undefined)
  }

  return {
    analysed(camera, model, tracks, at) {
      if (config.publishFrames === 'none') return
      const key = `${camera.id} ${model}`
      if (config.publishFrames === 'changes' && !hasChanged(last.get(key), tracks, config.moveShare)) return
      last.set(key, new Map(tracks.map((track) => [track.trackId, track])))
      const objects = tracks.slice(0, mostObjects).map((track) => ({
        trackId: track.trackId,
        label: track.label,
        score: Math.round(track.score * 1000) / 1000,
        box: track.box,
        zones: [...track.zones],
        stationarySeconds: Math.max(0, Math.round(track.stationarySeconds * 10) / 10),
      }))
      const data = {
        cameraId: camera.id,
        capturedAt: new Date(at).toISOString(),
        analysedAt: new Date(clock.now()).toISOString(),
        model,
        objects,
      }
      send({
        topic: 'qly.detection.v1',
        event: createEvent(frameAnalysedV1, { source: `/vision/${camera.id}`, time: at }, data),
      })
    },
    figures(camera, name, values, observedAt) {
      const at = new Date(observedAt).toISOString()
      const data = {
        deviceId: camera.id,
        kind: camera.kind,
        observedAt: at,
        receivedAt: new Date(clock.now()).toISOString(),
        ...(camera.location ? { location: camera.location } : {}),
        values: { ...values },
      }
      const origin = { source: `/vision/${camera.id}`, id: `${name}/${at}`, time: observedAt }
      send({ topic: 'qly.reading.v1', event: createEvent(readingRecordedV1, origin, data) })
    },
    forget(cameraId) {
      for (const key of last.keys()) if (key.startsWith(`${cameraId} `)) last.delete(key)
    },
    async drain() {
      await Promise.all(pending)
    },
  }
}

/** News: a track came or went, changed its class or zones, moved, or came to a stand of ten seconds. */
function hasChanged(
  before: ReadonlyMap<number, RememberedTrack> | undefined,
  tracks: readonly RememberedTrack[],
  moveShare: number,
): boolean {
  if (before === undefined || before.size !== tracks.length) return true
  return tracks.some((track) => {
    const old = before.get(track.trackId)
    return (
      old === undefined ||
      old.label !== track.label ||
      old.zones.join() !== track.zones.join() ||
      shiftOf(old.box, track.box) > moveShare ||
      old.stationarySeconds >= 10 !== track.stationarySeconds >= 10
    )
  })
}
