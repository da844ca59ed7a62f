// Crowds of one camera: persons in its watch zones, flow over its lines, jams on its road zones; findings (with a picture when they start or change) and figures out of tracks.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { CrowdConfig } from '../../contracts/config/sensing.ts'
import type { VisionConfig } from '../../contracts/config/vision.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import { crowdEvent, jamEvent } from '../findings/crowd-events.ts'
import { boundsOf } from '../geometry/polygon.ts'
import { createPersonCounter } from '../persons/person-counter.ts'
import type { FramePublisher } from '../publishing/frame-publisher.ts'
import type { RememberedTrack } from '../tracking/track-memory.ts'
import type { VisionMetrics } from '../vision-metrics.ts'
import { stepRoads } from './congestion.ts'
import { crowdZonesOf } from './crowd-rules.ts'
import { type CrowdState, stepMs } from './crowd-state.ts'
import { createLineFlow } from './line-flow.ts'
import { createMinuteFlow, partName } from './minute-flow.ts'
import { stepOccupancy } from './occupancy.ts'
import { createRoadSpeed } from './road-speed.ts'

export interface CameraCrowd {
  /** One frame further; figures go to the publisher, findings come back. */
  step(state: CrowdState, frame: CrowdFrame): { state: CrowdState; tellings: CrowdTelling[] }
  /** Tracks begin anew: a cut of the stream. */
  reset(): void
}

/** A finding to be told, with a picture of its zone where one belongs to it. */
export interface CrowdTelling {
  readonly zoneId: string
  readonly box: PictureBox
  readonly pictured: boolean
  event(pictures: readonly Evidence[]): Outgoing
}

export interface CrowdFrame {
  readonly tracks: readonly RememberedTrack[]
  /** event time, ms */
  readonly at: number
  /** width / height in pixels */
  readonly aspect: number
}

export function createCameraCrowd(
  deps: { readonly publisher: Pick<FramePublisher, 'figures'>; readonly metrics: Pick<VisionMetrics, 'findings'> },
  camera: CameraConfig,
  models: readonly { readonly classes: readonly string[] }[],
  config: Pick<VisionConfig, 'crowd' | 'persons'> & { readonly crowdLimits: CrowdConfig },
): CameraCrowd {
  const { crowd, persons: counting, crowdLimits } = config
  const person = counting.label
  const knows = (label: string) => models.some(({ classes }) => classes.includes(label))
  const zones = knows(person) ? crowdZonesOf(camera.zones, crowdLimits) : []
  const watched = new Set(zones.map(({ id }) => id))
  const roadIds = camera.zones.filter(({ kind }) => kind === 'road').map(({ id }) => id)
  const lines = camera.lines ?? []
  const boxes = new Map(camera.zones.map(({ id, polygon }) => [id, [...boundsOf(polygon)] as PictureBox]))
  const occupancy = { ...crowd, cameraId: camera.id, zones, releaseShare: crowdLimits.releaseShare }
  const roads = { cameraId: camera.id, zoneIds: roadIds, congestion: crowd.congestion }
  const counter = createPersonCounter({ everyMs: 1000 * counting.everySeconds })
  const flow = createLineFlow(lines, { hysteresis: crowd.lineHysteresis, label: person })
  const minutes = createMinuteFlow(lines)
  const speed = createRoadSpeed(crowd.congestion)

  const zoneFigures = (state: CrowdState) => {
    const values: Record<string, number> = {}
    for (const { id, areaSquareMetres: area } of zones) {
      const count = state.zones[id]?.persons ?? 0
      values[partName('person_count', id)] = Math.round(count)
      if (area !== undefined) values[partName('density', id)] = Math.round((100 * count) / area) / 100
    }
    return values
  }

  return {
    step(before, { tracks, at, aspect }) {
      const step = stepMs(before, at)
      const now: CrowdState = { ...before, clock: before.clock + step, lastAt: at }
      const inZone = (id: string) => tracks.filter((track) => track.zones.includes(id))
      const counts = new Map(zones.map(({ id }) => [id, inZone(id).filter(({ label }) => label === person).length]))
      const filled = stepOccupancy(now, { at, step, counts }, occupancy)
      const onRoads = roadIds.map((id) => ({ id, tracks: inZone(id) }))
      const moving = new Map(onRoads.flatMap((road) => road.tracks.map((track) => [track.trackId, track] as const)))
      const speeds = speed.step([...moving.values()], at, aspect)
      const jammed = stepRoads(
        now,
        at,
        new Map(onRoads.map(({ id, tracks }) => [id, tracks.flatMap(({ trackId }) => speeds.get(trackId) ?? [])])),
        roads,
      )
      const state: CrowdState = { ...now, zones: filled.zones, roads: jammed.roads }

      if (zones.length > 0) {
        const seen = tracks.filter((track) => track.label === person && track.zones.some((id) => watched.has(id)))
        const count = counter.count(seen.length, at)
        if (count)
          deps.publisher.figures(
            camera,
            'person_count',
            { person_count: count.persons, ...zoneFigures(state) },
            count.observedAt,
          )
      }
      if (lines.length > 0) {
        const minute = minutes.count(flow.step(tracks, at, aspect), at)
        if (minute) deps.publisher.figures(camera, 'flow', minute.values, minute.observedAt)
      }
      for (const { type } of filled.effects) deps.metrics.findings.inc({ kind: 'crowd_density', phase: type })
      for (const { type } of jammed.effects) deps.metrics.findings.inc({ kind: 'traffic_jam', phase: type })
      const telling = (zoneId: string, type: string, event: CrowdTelling['event']): CrowdTelling => {
        const box = boxes.get(zoneId) ?? [0, 0, 1, 1]
        return { zoneId, box, pictured: type !== 'ended', event }
      }
      const tellings = [
        ...filled.effects.map((effect) =>
          telling(effect.zone.id, effect.type, (pictures) => crowdEvent(effect, camera, at, pictures)),
        ),
        ...jammed.effects.map((effect) =>
          telling(effect.zoneId, effect.type, (pictures) => jamEvent(effect, camera, at, crowd.congestion, pictures)),
        ),
      ]
      return { state, tellings }
    },
    reset() {
      flow.reset()
      speed.reset()
    },
  }
}

/** Lines are looked at as zones are: each with its surroundings. */
export function lineZonesOf({ lines = [] }: Pick<CameraConfig, 'lines'>, person: string): CameraConfig['zones'] {
  return lines.map(({ id, from, to, classes }) => ({
    id,
    kind: 'watch' as const,
    polygon: [from, to, to],
    classes: classes.length > 0 ? classes : [person],
    hours: '00:00-24:00',
  }))
}
