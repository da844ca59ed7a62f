// Reports of models in shadow: kept a week, and added up over cameras and time.
import type { Transaction } from 'kysely'
import type { EventOf } from '../../contracts/cloud-event.ts'
import type { ShadowCompared, shadowComparedV1 } from '../../contracts/events/shadow-compared-v1.ts'
import { toJson } from '../../kernel/database/database.ts'
import type { ApiTables } from '../tables.ts'

const keptMs = 7 * 86_400_000

export async function takeShadow(
  transaction: Transaction<ApiTables>,
  { source, id, data }: EventOf<typeof shadowComparedV1>,
  position: number,
): Promise<void> {
  const model = nameOf(data.model)
  const sort_at = Date.parse(data.to)
  const row = { id: `${source} ${id}`, position, sort_at, body: toJson(data), model, camera: data.cameraId }
  await transaction
    .insertInto('shadows')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  await transaction
    .deleteFrom('shadows')
    .where('model', '=', model)
    .where('sort_at', '<', sort_at - keptMs)
    .execute()
}

/** name@hash → name */
const nameOf = (tag: string): string => tag.slice(0, Math.max(0, tag.lastIndexOf('@')) || tag.length)

/** Sums of reports, a camera or all; the share of agreement is of all detections that either had. */
export function sumShadows(reports: readonly ShadowCompared[]) {
  const labels = new Map<string, { agreed: number; onlyOld: number; onlyNew: number; overlaps: number }>()
  for (const report of reports) {
    for (const [label, { agreed, onlyOld, onlyNew, overlap }] of Object.entries(report.labels)) {
      const sum = labels.get(label) ?? { agreed: 0, onlyOld: 0, onlyNew: 0, overlaps: 0 }
      labels.set(label, {
        agreed: sum.agreed + agreed,
        onlyOld: sum.onlyOld + onlyOld,
        onlyNew: sum.onlyNew + onlyNew,
        overlaps: sum.overlaps + overlap * agreed,
      })
    }
  }
  const add = (number: (report: ShadowCompared) => number) => reports.reduce((sum, report) => sum + number(report), 0)
  return {
    frames: add(({ frames }) => frames),
    skipped: add(({ skipped }) => skipped),
    labels: Object.fromEntries(
      [...labels].map(([label, { overlaps, ...counts }]) => {
        const all = counts.agreed + counts.onlyOld + counts.onlyNew
        return [label, { ...counts, agreement: share(counts.agreed, all), overlap: share(overlaps, counts.agreed) }]
      }),
    ),
  }
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : Math.round((1000 * part) / whole) / 1000)
