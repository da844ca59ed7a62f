// Which side-car belongs to which footage: the same pilot, flight and name without extension. Pure.
import type { FootageChanged } from '../../contracts/events/footage-changed-v1.ts'

/** Files of one recording have the same. DJI's names repeat after 9999 recordings, so without a flight id time must decide (`nearestOf`). */
export function flightOf({ pilot, flightId, name }: Pick<FootageChanged, 'pilot' | 'flightId' | 'name'>): string {
  return JSON.stringify([pilot, flightId ?? '', name.replace(/\.[^.]*$/, '').toLowerCase()])
}

const dayMs = 24 * 3_600_000

/** The one uploaded nearest to `at`; where no flight id ties them together, within a day of it. */
export function nearestOf<Row extends { readonly uploaded_at: number }>(
  rows: readonly Row[],
  at: number,
  sameFlight: boolean,
): Row | undefined {
  const distance = (row: Row) => Math.abs(row.uploaded_at - at)
  return rows.filter((row) => sameFlight || distance(row) <= dayMs).sort((a, b) => distance(a) - distance(b))[0]
}
