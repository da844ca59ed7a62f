// Silences and false marks: who muted what, until when and why, and how to end or begin one; below, what people were told of alerts.
import { useState } from 'react'
import { alertKindNames } from '../../../contracts/alert-kinds.ts'
import type { Silence } from '../../../contracts/silences.ts'
import { request, wordsOf } from '../api/client.ts'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { noticeNames, severityNames } from '../language/texts.ts'
import { shortTime } from '../shared/short-time.ts'
import { FalseMarkList } from './false-mark-list.tsx'
import { SilenceDialog } from './silence-dialog.tsx'
import { useSilences } from './use-silences.ts'

export function SilencePanel(props: { readonly cameras: readonly CameraView[]; readonly mayAct: boolean }) {
  const { cameras, mayAct } = props
  const { t, pick } = useLanguage()
  const { silences, falseMarks, notices, load } = useSilences()
  const [making, setMaking] = useState(false)
  const [fault, setFault] = useState('')
  const named = ({ matchers: { kind = [], camera = [], device = [], zone = [] } }: Silence) =>
    [
      ...kind.map((each) => pick(alertKindNames[each])),
      ...camera.map((each) => cameras.find(({ id }) => id === each)?.name ?? each),
      ...device,
      ...zone,
    ].join(' · ')
  const send = (address: string) =>
    request(address, { method: 'DELETE' }).then(load, (error) => setFault(wordsOf(error)))

  return (
    <details className="panel">
      <summary>
        {t('silences')} <span className="number">{silences.length}</span> · {t('falseMarks')}{' '}
        <span className="number">{falseMarks.length}</span> · {t('notices')}{' '}
        <span className="number">{notices.length}</span>
      </summary>
      <ul className="lines">
        {silences.map((silence) => (
          <li key={silence.id} data-silence={silence.id}>
            <strong>{named(silence)}</strong> {silence.reason}{' '}
            <span className="minor">
              {silence.author} · {t('until')} {shortTime(silence.until)}
            </span>
            {mayAct && (
              <button type="button" className="plain" onClick={() => void send(`/api/v1/silences/${silence.id}`)}>
                {t('endSilence')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayAct && (
        <button type="button" onClick={() => setMaking(true)}>
          {t('newSilence')}
        </button>
      )}
      <FalseMarkList
        marks={falseMarks}
        cameras={cameras}
        onRevoke={mayAct ? (id) => void send(`/api/v1/false-marks/${id}`) : undefined}
      />
      <p role="alert" className="fault">
        {fault}
      </p>
      <ul className="lines" aria-label={t('notices')}>
        {notices.map((notice) => (
          <li key={notice.id}>
            <time className="minor">{shortTime(notice.at)}</time> {pick(noticeNames[notice.reason])}
            {notice.severity && ` · ${pick(severityNames[notice.severity])}`}{' '}
            {notice.alerts[0] ? pick(notice.alerts[0].summary) : notice.groupKey}
            {notice.openCount > 1 && <span className="minor"> +{notice.openCount - 1}</span>}
          </li>
        ))}
      </ul>
      {making && <SilenceDialog cameras={cameras} onMade={load} onClose={() => setMaking(false)} />}
    </details>
  )
}
