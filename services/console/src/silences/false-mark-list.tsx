// False marks in force: what is held back where, how often that was, who said so, and the way to revoke it.
import { alertKindNames } from '../../../contracts/alert-kinds.ts'
import type { FalseMark } from '../../../contracts/false-marks.ts'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { shortTime } from '../shared/short-time.ts'

export function FalseMarkList(props: {
  readonly marks: readonly FalseMark[]
  readonly cameras: readonly CameraView[]
  readonly onRevoke: ((id: string) => void) | undefined
}) {
  const { marks, cameras, onRevoke } = props
  const { t, pick } = useLanguage()
  const placeOf = ({ source: { camera, device } }: FalseMark) =>
    cameras.find(({ id }) => id === camera)?.name ?? camera ?? device ?? ''
  return (
    <ul className="lines" aria-label={t('falseMarks')}>
      {marks.map((mark) => (
        <li key={mark.id} data-false-mark={mark.id}>
          <strong>
            {pick(alertKindNames[mark.kind])} · {placeOf(mark)}
          </strong>{' '}
          {mark.reason}{' '}
          <span className="minor">
            {mark.author} · {t('until')} {shortTime(mark.until)} · {t('heldBack')} {mark.count}
          </span>
          {onRevoke && (
            <button type="button" className="plain" onClick={() => onRevoke(mark.id)}>
              {t('revoke')}
            </button>
          )}
        </li>
      ))}
    </ul>
  )
}
