// The head of the screen: name, whether the data is live and how old it is, language, person.
import { useEffect, useState } from 'react'
import { request } from '../api/client.ts'
import type { OrganisationView, Person } from '../api/types.ts'
import type { Live } from '../api/use-live.ts'
import { useLanguage } from '../language/language.tsx'

export function StatusBar(props: {
  readonly live: Live
  readonly person: Person
  readonly organisation: OrganisationView | undefined
  readonly onLeave: () => void
}) {
  const { live, person, organisation, onLeave } = props
  const { t, pick, toggle } = useLanguage()
  const now = useNow(1000)
  const age = live.newsAt === 0 ? undefined : Math.max(0, Math.round((now - live.newsAt) / 1000))
  const leave = () => request('/api/v1/logout', { method: 'POST' }).finally(onLeave)
  return (
    <header className="bar">
      <h1>
        {t('title')} <small>{organisation ? pick(organisation.name) : t('subtitle')}</small>
      </h1>
      <p role="status" className={live.connected ? 'connected' : 'reconnecting'}>
        {t(live.connected ? 'connected' : 'reconnecting')}
      </p>
      {age !== undefined && (
        <p className="age">
          {t('lastNews')} {age} {t('secondsAgo')}
        </p>
      )}
      <time>{new Date(now).toLocaleTimeString('zh-CN', { hour12: false })}</time>
      <button type="button" className="plain" onClick={toggle}>
        {t('language')}
      </button>
      <button type="button" className="plain" onClick={() => void leave()}>
        {person.name} · {t('logOut')}
      </button>
    </header>
  )
}

/** The time now, moving on. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
