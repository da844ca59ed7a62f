// From effects of the machines to findings on the bus. Event ids follow from the finding, so a repeated publication is a known duplicate.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { type FindingChanged, findingChangedV1 } from '../../contracts/events/finding-changed-v1.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { EndReason, ParkingEffect } from '../parking/parking-machine.ts'
import type { ParkingZone } from '../parking/parking-rules.ts'
import type { Vehicle, Violation } from '../parking/parking-state.ts'
import { causeWords } from '../presence/burning.ts'
import type { PresenceEffect } from '../presence/presence-machine.ts'
import { nameOfLabel } from './label-names.ts'

export type FindingCamera = Pick<CameraConfig, 'id' | 'name' | 'location'>

/** The event of a parking effect; undefined for one that is no news. `at` is the event time of the frame, ms. */
export function parkingEvent(
  effect: ParkingEffect,
  camera: FindingCamera,
  at: number,
  evidence: readonly Evidence[],
): Outgoing | undefined {
  const { vehicle } = effect
  const { violation } = vehicle
  if (effect.type === 'parked' || violation === undefined) return undefined
  const zone = effect.type === 'ended' ? undefined : effect.zone
  const seconds = Math.max(0, Math.round((at - violation.since) / 1000))
  return publishFinding(camera, violation.findingId, effect.type, violation.news, at, {
    kind: 'illegal_parking',
    zoneId: violation.zoneId,
    subject: vehicle.id,
    since: iso(violation.since),
    label: vehicle.label,
    score: round(vehicle.score),
    box: vehicle.box,
    measured: {
      name: 'parked_seconds',
      value: seconds,
      unit: 's',
      ...(zone ? { limit: zone.dwellMs / 1000, standard: zone.standard } : {}),
    },
    summary: summaryOf(
      effect.type,
      camera,
      vehicle,
      violation,
      zone,
      seconds,
      effect.type === 'ended' ? effect.reason : undefined,
    ),
    evidence: [...evidence],
  })
}

/** The event of a presence effect. */
export function presenceEvent(
  { type, finding }: PresenceEffect,
  camera: FindingCamera,
  at: number,
  evidence: readonly Evidence[],
): Outgoing {
  const { zh, en } = nameOfLabel(finding.label)
  const burns = finding.kind === 'smoke' || finding.kind === 'fire'
  const { causes = [] } = finding
  const why = causeWords(causes)
  const because = causes.length > 0 ? { zh: `（${why.zh}）`, en: `: ${why.en}` } : { zh: '', en: '' }
  return publishFinding(camera, finding.findingId, type, finding.news ?? 0, at, {
    kind: finding.kind,
    ...(burns && type !== 'ended' ? { severity: causes.length > 0 ? ('critical' as const) : ('high' as const) } : {}),
    zoneId: finding.zoneId,
    subject: finding.label,
    since: iso(finding.since),
    label: finding.label,
    score: round(finding.score),
    box: finding.box,
    summary:
      type !== 'ended'
        ? { zh: `${camera.name}发现${zh}${because.zh}`, en: `${en} seen at ${camera.name}${because.en}` }
        : { zh: `${camera.name}的${zh}已消失`, en: `${en} no longer seen at ${camera.name}` },
    evidence: [...evidence],
  })
}

export type ToldFinding = Omit<FindingChanged, 'findingId' | 'phase' | 'cameraId' | 'at' | 'location'>

/** `news`: number of the continuation, part of the event's id. */
export function publishFinding(
  camera: FindingCamera,
  findingId: string,
  phase: FindingChanged['phase'],
  news: number,
  at: number,
  told: ToldFinding,
): Outgoing {
  const data: FindingChanged = {
    findingId,
    phase,
    cameraId: camera.id,
    at: iso(at),
    ...(camera.location ? { location: camera.location } : {}),
    ...told,
  }
  const id = phase === 'continued' ? `${findingId}/${phase}/${news}` : `${findingId}/${phase}`
  const origin = { source: `/vision/${camera.id}`, id, subject: findingId, time: at }
  return { topic: 'qly.detection.v1', event: createEvent(findingChangedV1, origin, data) }
}

const endings: Record<EndReason, { zh: string; en: string }> = {
  left: { zh: '已驶离', en: 'has left' },
  absent: { zh: '已不在原处', en: 'is no longer there' },
  hours: { zh: '禁停时段已过', en: 'may park there now (hours are over)' },
  'zone-removed': { zh: '禁停区已取消', en: 'stands where no zone is any more' },
}

function summaryOf(
  phase: FindingChanged['phase'],
  camera: FindingCamera,
  vehicle: Vehicle,
  violation: Violation,
  zone: ParkingZone | undefined,
  seconds: number,
  reason: EndReason | undefined,
): FindingChanged['summary'] {
  const { zh, en } = nameOfLabel(vehicle.label)
  const place = zone?.kind === 'fire_lane' ? { zh: '消防通道', en: 'fire lane' } : { zh: '', en: 'zone' }
  if (reason !== undefined || phase === 'ended') {
    const ending = endings[reason ?? 'left']
    return {
      zh: `${camera.name}（${violation.zoneId}）违停${zh}${ending.zh}，停放 ${durationZh(seconds)}`,
      en: `${en} at ${camera.name} (${violation.zoneId}) ${ending.en} after ${durationEn(seconds)}`,
    }
  }
  return {
    zh: `${zh}在${camera.name}${place.zh}（${violation.zoneId}）违停 ${durationZh(seconds)}`,
    en: `${en} has been parked at ${camera.name}, ${place.en} ${violation.zoneId}, for ${durationEn(seconds)}`,
  }
}

export const durationZh = (seconds: number): string =>
  seconds < 120 ? `${seconds} 秒` : `${Math.round(seconds / 60)} 分钟`
export const durationEn = (seconds: number): string =>
  seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`
export const iso = (at: number): string => new Date(at).toISOString()
const round = (score: number): number => Math.round(Math.min(1, Math.max(0, score)) * 1000) / 1000
