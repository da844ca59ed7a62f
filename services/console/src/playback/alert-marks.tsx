// The day's alerts of a camera, each a button to its moment.
import { type AlertKind, alertKindNames } from '../../../contracts/alert-kinds.ts'
import type { RecordingTimeline } from '../../../contracts/recordings.ts'
import { useLanguage } from '../language/language.tsx'
import { timeOfDay } from './day.ts'

export function AlertMarks({
  alerts,
  onChoose,
}: {
  readonly alerts: RecordingTimeline['alerts']
  readonly onChoose: (at: number) => void
}) {
  const { t, pick } = useLanguage()
  return (
    <section aria-label={t('alertsOfDay')}>
      <h2>
        {t('alertsOfDay')} <span className="number">{alerts.length}</span>
      </h2>
      <ol className="lines">
        {alerts.map((alert) => (
          <li key={`${alert.alertId}-${alert.from}`} data-mark={alert.alertId}>
            <button type="button" className="plain" onClick={() => onChoose(Date.parse(alert.from))}>
              {timeOfDay(Date.parse(alert.from))}{' '}
              {pick(alertKindNames[alert.kind as AlertKind] ?? [alert.kind, alert.kind])}
            </button>
          </li>
        ))}
      </ol>
    </section>
  )
}
