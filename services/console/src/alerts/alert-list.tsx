// The stream of open alerts, newest first; worked by mouse or by keys (j k a d e).
import { useCallback, useEffect, useRef, useState } from 'react'
import { request, wordsOf } from '../api/client.ts'
import type { Alert, CameraView, Ticket } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { ReasonDialog } from '../shared/reason-dialog.tsx'
import { AlertCard } from './alert-card.tsx'

export type AlertVerb = 'ack' | 'dismiss' | 'escalate'

const keys: Readonly<Record<string, AlertVerb>> = { a: 'ack', d: 'dismiss', e: 'escalate' }

export function AlertList(props: {
  readonly alerts: readonly Alert[]
  readonly cameras: readonly CameraView[]
  readonly tickets: readonly Ticket[]
  readonly mayAct: boolean
}) {
  const { alerts, cameras, tickets, mayAct } = props
  const { t } = useLanguage()
  const list = useRef<HTMLOListElement>(null)
  const [dismissing, setDismissing] = useState<Alert>()
  const [fault, setFault] = useState('')

  const act = useCallback(async (alert: Alert, verb: AlertVerb) => {
    if (verb === 'dismiss') return setDismissing(alert)
    setFault('')
    await request(`/api/v1/alerts/${alert.id}/${verb}`, { method: 'POST', json: {} }).catch((error) =>
      setFault(wordsOf(error)),
    )
  }, [])

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return
      if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
      const cards = [...(list.current?.querySelectorAll<HTMLElement>('[data-alert]') ?? [])]
      const at = cards.indexOf(document.activeElement as HTMLElement)
      if (event.key === 'j' || event.key === 'k') cards[Math.max(0, at + (event.key === 'j' ? 1 : -1))]?.focus()
      const alert = alerts.find(({ id }) => id === cards[at]?.dataset.alert)
      const verb = keys[event.key]
      if (alert && verb && mayAct) void act(alert, verb)
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [alerts, act, mayAct])

  return (
    <>
      <h2>
        {t('alerts')} <span className="number">{alerts.length}</span>
      </h2>
      {mayAct && <p className="hint">{t('keys')}</p>}
      <p role="alert" className="fault">
        {fault}
      </p>
      <ol ref={list} className="cards" aria-live="polite" aria-relevant="additions">
        {alerts.map((alert) => (
          <AlertCard
            key={alert.id}
            alert={alert}
            place={
              cameras.find(({ id }) => id === alert.source.camera)?.name ??
              alert.source.camera ??
              alert.source.device ??
              ''
            }
            playable={cameras.some(({ id, recordings }) => id === alert.source.camera && recordings)}
            ticket={tickets.find(({ id }) => id === alert.ticketId)}
            onAct={mayAct ? act : undefined}
          />
        ))}
      </ol>
      {alerts.length === 0 && <p className="empty">{t('noAlerts')}</p>}
      {dismissing && (
        <ReasonDialog
          title={t('dismiss')}
          wantsReason
          wantsPhoto={false}
          choice={t('notHereAgain')}
          onClose={() => setDismissing(undefined)}
          onSend={async ({ reason, chosen }) => {
            const json = { reason, ...(chosen ? { falseAlarm: true } : {}) }
            await request(`/api/v1/alerts/${dismissing.id}/dismiss`, { method: 'POST', json })
          }}
        />
      )}
    </>
  )
}
