// From crowds and jams to findings on the bus.

import type { VisionConfig } from '../../contracts/config/vision.ts'
import { walkwayClass } from '../../contracts/crowd-class.ts'
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { JamEffect } from '../crowd/congestion.ts'
import type { OccupancyEffect } from '../crowd/occupancy.ts'
import { durationEn, durationZh, type FindingCamera, iso, publishFinding } from './finding-events.ts'

/** The event of a zone that is too full, fuller or less full, or no longer too full. `at`: event time of the frame, ms. */
export function crowdEvent(
  effect: OccupancyEffect,
  camera: FindingCamera,
  at: number,
  evidence: readonly Evidence[],
): Outgoing {
  const { type, zone, finding, level, severity } = effect
  const persons = Math.round(effect.persons)
  const density = zone.areaSquareMetres === undefined ? undefined : effect.persons / zone.areaSquareMetres
  const fruin = density === undefined ? undefined : walkwayClass(density)
  const { measure, limit } = level
  const place = `${camera.name}（${zone.id}）`
  const zh = [`${place}约 ${persons} 人`]
  const en = [`About ${persons} persons at ${camera.name}, ${zone.id}`]
  if (density !== undefined) {
    zh.push(`密度 ${density.toFixed(2)} 人/平方米，步道服务水平 ${fruin} 级`)
    en.push(`${density.toFixed(2)} per square metre, walkway class ${fruin}`)
  }
  if (measure && limit !== undefined) {
    const shown = measure.name === 'density' ? limit.toFixed(2) : String(Math.round(limit))
    zh.push(`已达限值 ${shown}（${measure.standard}）`)
    en.push(`at or above the limit of ${shown} (${measure.standard})`)
  }
  const summary =
    type === 'ended'
      ? {
          zh: `${place}人流已恢复正常，约 ${persons} 人`,
          en: `${camera.name}, ${zone.id}: no longer crowded, about ${persons} persons`,
        }
      : { zh: zh.join('，'), en: en.join(', ') }
  return publishFinding(camera, finding.findingId, type, finding.news, at, {
    kind: 'crowd_density',
    zoneId: zone.id,
    subject: 'occupancy',
    since: iso(finding.since),
    ...(severity === undefined ? {} : { severity }),
    ...(fruin === undefined ? {} : { label: `walkway class ${fruin}` }),
    ...(measure && limit !== undefined
      ? {
          measured: {
            name: measure.name,
            value: round(effect.persons * measure.perPerson, 2),
            unit: measure.unit,
            limit: round(limit, 2),
            standard: measure.standard,
          },
        }
      : { measured: { name: 'person_count', value: persons, unit: '1' } }),
    summary,
    evidence: [...evidence],
  })
}

/** The event of a jam, with its length so far. */
export function jamEvent(
  { type, zoneId, finding, vehicles, speed }: JamEffect,
  camera: FindingCamera,
  at: number,
  { kilometresPerHour, standard }: VisionConfig['crowd']['congestion'],
  evidence: readonly Evidence[],
): Outgoing {
  const seconds = Math.max(0, Math.round((at - finding.since) / 1000))
  const summary: FindingChanged['summary'] =
    type === 'ended'
      ? {
          zh: `${camera.name}（${zoneId}）拥堵已缓解，持续 ${durationZh(seconds)}`,
          en: `Traffic flows again at ${camera.name}, ${zoneId}, after ${durationEn(seconds)}`,
        }
      : {
          zh: `${camera.name}（${zoneId}）拥堵 ${durationZh(seconds)}：${vehicles} 辆车，平均约 ${Math.round(speed)} 公里/小时`,
          en: `Traffic jam at ${camera.name}, ${zoneId}, for ${durationEn(seconds)}: ${vehicles} vehicles at about ${Math.round(speed)} km/h`,
        }
  return publishFinding(camera, finding.findingId, type, finding.news, at, {
    kind: 'traffic_jam',
    zoneId,
    subject: 'speed',
    since: iso(finding.since),
    measured: { name: 'mean_speed', value: round(speed, 1), unit: 'km/h', limit: kilometresPerHour, standard },
    summary,
    evidence: [...evidence],
  })
}

const round = (value: number, digits: number): number => Math.round(value * 10 ** digits) / 10 ** digits
