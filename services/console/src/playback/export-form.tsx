// Takes a piece out of a recording as one MP4: from and to by the moment that is shown.
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { dateValue, timeOfDay } from './day.ts'
import { recordingUrl } from './use-recordings.ts'

type Range = readonly [number | undefined, number | undefined]
const longestMs = 3_600_000

export function ExportForm(props: {
  readonly camera: CameraView
  readonly at: number | undefined
  readonly range: Range
  readonly onRange: (range: Range) => void
}) {
  const { camera, at, range, onRange } = props
  const { t } = useLanguage()
  const [from, to] = range
  const whole = from !== undefined && to !== undefined && to > from && to - from <= longestMs
  const name = whole ? `${camera.id}-${dateValue(from)}-${timeOfDay(from).replaceAll(':', '')}.mp4` : ''
  const end = (label: string, value: number | undefined, take: (moment: number) => Range) => (
    <p>
      {label} <output>{value === undefined ? '--:--:--' : timeOfDay(value)}</output>{' '}
      <button
        type="button"
        className="plain"
        aria-label={`${label}: ${t('exportHere')}`}
        disabled={at === undefined}
        onClick={() => at !== undefined && onRange(take(at))}
      >
        {t('exportHere')}
      </button>
    </p>
  )
  return (
    <section aria-label={t('exporting')}>
      <h2>{t('exporting')}</h2>
      {end(t('exportFrom'), from, (moment) => [moment, to])}
      {end(t('exportTo'), to, (moment) => [from, moment])}
      {whole ? (
        <a className="button" href={recordingUrl(camera.id, '/clip.mp4', from, to)} download={name}>
          {t('exporting')}
        </a>
      ) : (
        <p className="minor">{t('exportNeeds')}</p>
      )}
    </section>
  )
}
