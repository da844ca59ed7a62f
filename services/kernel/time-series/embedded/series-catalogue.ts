// Which series there are: kept in the file, and whole in memory, since tags are few.

import { type Tags, tagsKey, wantedTags } from '../points.ts'
import type { SeriesSelector } from '../time-series.ts'
import type { SeriesFile } from './series-file.ts'

export interface StoredSeries {
  readonly id: number
  readonly tags: Tags
}

export interface SeriesCatalogue {
  /**
   * The ids of the series of a point by its fields, made where they are new; within a transaction of the file. `tags` are canonical.
   */
  idsOf(measurement: string, tags: Tags): (field: string) => number
  /** The series that a question means, in order of their tags. */
  select(selector: SeriesSelector): StoredSeries[]
  /** The ids of all series. */
  all(): number[]
  /** Reads the file again: after a transaction that failed, and after series went away. */
  reload(): void
}

export function createSeriesCatalogue({ database, guard }: SeriesFile): SeriesCatalogue {
  const insert = database.prepare('insert into series (measurement, field, tags) values (?, ?, ?)')
  const byField = new Map<string, Map<string, StoredSeries>>()
  /** ids by field, of each measurement with its tags: what writing asks for */
  const bySource = new Map<string, Map<string, number>>()
  const fieldKey = (measurement: string, field: string) => `${measurement}\n${field}`
  const remember = (measurement: string, field: string, key: string, series: StoredSeries) => {
    const siblings = byField.get(fieldKey(measurement, field)) ?? new Map<string, StoredSeries>()
    byField.set(fieldKey(measurement, field), siblings.set(key, series))
    const fields = bySource.get(`${measurement}\n${key}`) ?? new Map<string, number>()
    bySource.set(`${measurement}\n${key}`, fields.set(field, series.id))
  }
  const reload = () => {
    byField.clear()
    bySource.clear()
    const rows = guard(() => database.prepare('select id, measurement, field, tags from series').all()) as unknown as {
      id: number
      measurement: string
      field: string
      tags: string
    }[]
    for (const { id, measurement, field, tags } of rows)
      remember(measurement, field, tags, { id, tags: Object.fromEntries(JSON.parse(tags) as [string, string][]) })
  }
  reload()

  return {
    idsOf(measurement, tags) {
      const key = tagsKey(tags)
      const source = `${measurement}\n${key}`
      let known = bySource.get(source)
      return (field) => {
        const id = known?.get(field)
        if (id !== undefined) return id
        const created = Number(insert.run(measurement, field, key).lastInsertRowid)
        remember(measurement, field, key, { id: created, tags })
        known = bySource.get(source)
        return created
      }
    },
    select(selector) {
      const wanted = [...wantedTags(selector)]
      const siblings = byField.get(fieldKey(selector.measurement, selector.field)) ?? new Map<string, StoredSeries>()
      return [...siblings]
        .filter(([, { tags }]) => wanted.every(([name, values]) => values.has(tags[name] ?? '')))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, series]) => series)
    },
    all: () => [...byField.values()].flatMap((siblings) => [...siblings.values()].map(({ id }) => id)),
    reload,
  }
}
