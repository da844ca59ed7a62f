// One alert: picture, what, where, since when, how bad, and what can be done.
import { alertKindNames } from '../../../contracts/alert-kinds.ts'
import type { Alert, Ticket } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { severityNames } from '../language/texts.ts'
import { playbackHref } from '../playback/address.ts'
import type { AlertVerb } from './alert-list.tsx'

/** playing begins so long before an alert */
const beforeMs = 5000

export function AlertCard(props: {
  readonly alert: Alert
  readonly place: string
  /** its camera is recorded, and this person may watch that */
  readonly playable: boolean
  readonly ticket: Ticket | undefined
  readonly onAct: ((alert: Alert, verb: AlertVerb) => void) | undefined
}) {
  const { alert, place, playable, ticket, onAct } = props
  const { t, pick } = useLanguage()
  const picture =
    alert.evidence.findLast(({ role }) => role === 'boxed') ?? alert.evidence.findLast(({ role }) => role !== 'clip')
  const severity = pick(severityNames[alert.severity])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keys j and k move over the cards
    <li className={`card ${alert.severity}`} data-alert={alert.id} tabIndex={0}>
      {picture ? (
        <a href={picture.url} target="_blank" rel="noreferrer">
          <img src={picture.url} alt={pick(alert.summary)} loading="lazy" />
        </a>
      ) : null}
      <div>
        <p className="head">
          <span className="severity">{severity}</span>
          <strong>{pick(alertKindNames[alert.kind])}</strong>
          {alert.count > 1 && (
            <span className="count">
              {alert.count} {t('count')}
            </span>
          )}
          <time dateTime={alert.openedAt}>{clock(alert.openedAt)}</time>
        </p>
        <p>{pick(alert.summary)}</p>
        <p className="minor">
          {place}
          {ticket && ` · ${t('ticket')} ${ticket.number}`}
          {alert.acknowledgedBy && ` · ${t('acknowledgedBy')} ${alert.acknowledgedBy}`}
        </p>
        {playable && alert.source.camera !== undefined && (
          <p>
            <a href={playbackHref(alert.source.camera, Date.parse(alert.openedAt) - beforeMs)}>▶ {t('playMoment')}</a>
          </p>
        )}
        {onAct && (
          <p className="verbs">
            {alert.state === 'open' && (
              <button type="button" onClick={() => onAct(alert, 'ack')}>
                {t('acknowledge')}
              </button>
            )}
            <button type="button" onClick={() => onAct(alert, 'dismiss')}>
              {t('dismiss')}
            </button>
            <button type="button" onClick={() => onAct(alert, 'escalate')}>
              {t('escalate')}
            </button>
          </p>
        )}
      </div>
    </li>
  )
}

export const clock = (time: string): string => new Date(time).toLocaleTimeString('zh-CN', { hour12: false })
