// Crowd: share of a place's instant capacity (LB/T 034-2014: area divided by the area that a person needs) and persons per square metre.
import type { CrowdConfig } from '../../contracts/config/sensing.ts'
import { walkwayClass } from '../../contracts/crowd-class.ts'
import { own } from '../own.ts'
import { type Assessment, ladder, written } from './assessment.ts'

/** Instant capacity of a place, persons; undefined where neither capacity nor area is configured. */
export function capacityOf(deviceId: string, config: CrowdConfig): number | undefined {
  const place = own(config.places, deviceId)
  if (place?.capacity !== undefined) return place.capacity
  if (place?.areaSquareMetres === undefined) return undefined
  return Math.floor(place.areaSquareMetres / (place.squareMetresPerPerson ?? config.squareMetresPerPerson))
}

/** Up to two assessments: `person_count` against the capacity, `density` (measured, or persons over the area) against the classes. */
export function assessCrowd(
  deviceId: string,
  at: number,
  values: Readonly<Record<string, number>>,
  config: CrowdConfig,
): Assessment[] {
  const found: Assessment[] = []
  const { person_count: persons, density: measured } = values
  const capacity = capacityOf(deviceId, config)
  const release = (step: number) => step * (1 - config.releaseShare)
  if (persons !== undefined && capacity !== undefined && capacity > 0) {
    const share = persons / capacity
    const percent = written(share * 100, 0)
    found.push({
      kind: 'crowd_density',
      subject: 'person_count',
      at,
      value: share,
      ...ladder(config.capacityShares, release, true),
      persistence: config.persistence,
      telling: {
        label: `${percent} % of capacity`,
        measured: { name: 'person_count', value: persons, unit: '1', limit: capacity, standard: config.standard },
        summary: {
          zh: `在场 ${persons} 人，为瞬时承载量 ${capacity} 人的 ${percent}%`,
          en: `${persons} persons, ${percent} % of the instant capacity of ${capacity}`,
        },
      },
    })
  }
  const area = own(config.places, deviceId)?.areaSquareMetres
  const density = measured ?? (persons !== undefined && area !== undefined ? persons / area : undefined)
  if (density !== undefined) {
    const { steps, severities } = ladder(config.densities, release, true)
    const limit = steps.filter((step) => density >= step.limit).at(-1)?.limit ?? steps[0]?.limit
    found.push({
      kind: 'crowd_density',
      subject: 'density',
      at,
      value: density,
      steps,
      severities,
      persistence: config.persistence,
      telling: {
        label: `walkway class ${walkwayClass(density)}`,
        measured: {
          name: 'density',
          value: density,
          unit: '1/m2',
          ...(limit === undefined ? {} : { limit }),
          standard: config.densityStandard,
        },
        summary: {
          zh: `人流密度 ${written(density)} 人/平方米`,
          en: `Crowd density ${written(density)} persons per square metre`,
        },
      },
    })
  }
  return found
}
