// Which series there are: kept in the file, and whole in memory, since tags are few.

import { type Tags, tagsKey, wantedTags } from '../points.ts'
import type { SeriesSelector } from '../time-series.ts'
import type { SeriesFile } from './series-file.ts'

export interface StoredSeries {
  readonly id: number
  readonly tags: Tags
}

export interface SeriesCatalogue {
  /** The id of a series, made if it is new; within a transaction of the file. `tags` are canonical. */
  idOf(measurement: string, field: string, tags: Tags): number
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
  const fieldKey = (measurement: string, field: string) => `${measurement}\n${field}`
  const remember = (measurement: string, field: string, key: string, series: StoredSeries) => {
    const siblings = byField.get(fieldKey(measurement, field)) ?? new Map<string, StoredSeries>()
    byField.set(fieldKey(measurement, field), siblings.set(key, series))
  }
  const reload = () => {
    byField.clear()
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
    idOf(measurement, field, tags) {
      const key = tagsKey(tags)
      const known = byField.get(fieldKey(measurement, field))?.get(key)
      if (known) return known.id
      const id = Number(insert.run(measurement, field, key).lastInsertRowid)
      remember(measurement, field, key, { id, tags })
      return id
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
