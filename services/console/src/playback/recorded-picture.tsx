// The recorded picture, with what was seen in it drawn over it, and said in words.
import { type Ref, useState } from 'react'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import type { TextKey } from '../language/texts.ts'
import type { PlayerState } from './segment-player.ts'
import { useSighting } from './use-recordings.ts'

const notices: Readonly<Partial<Record<PlayerState, TextKey>>> = {
  loading: 'stateLoading',
  nothing: 'stateNothing',
  unplayable: 'stateUnplayable',
  ended: 'stateEnded',
  failed: 'stateFailed',
}

export function RecordedPicture(props: {
  readonly ref: Ref<HTMLVideoElement>
  readonly camera: CameraView
  readonly at: number | undefined
  readonly state: PlayerState
}) {
  const { ref, camera, at, state } = props
  const { t } = useLanguage()
  const [boxes, setBoxes] = useState(true)
  const objects = useSighting(camera.id, at)?.objects ?? []
  const notice = notices[state]
  return (
    <>
      <div className="recorded">
        <video ref={ref} playsInline muted aria-label={camera.name} data-state={state} />
        {boxes && (
          <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
            {objects.map(({ box: [x1, y1, x2, y2], label, trackId }) => (
              <rect key={`${label}-${trackId}`} className="box" x={x1} y={y1} width={x2 - x1} height={y2 - y1} />
            ))}
          </svg>
        )}
        {boxes &&
          objects.map(({ box: [x1, y1], label, trackId, score }) => (
            <span
              key={`${label}-${trackId}`}
              className="tag"
              aria-hidden="true"
              style={{ left: `${x1 * 100}%`, top: `${y1 * 100}%` }}
            >
              {label} #{trackId} {score.toFixed(2)}
            </span>
          ))}
        {notice && (
          <p className="notice" role="status">
            {t(notice)}
          </p>
        )}
      </div>
      <p className="seen">
        <label className="inline">
          <input type="checkbox" checked={boxes} onChange={({ target }) => setBoxes(target.checked)} /> {t('boxes')}
        </label>
        <span className="minor">
          {t('seen')}: {objects.map(({ label, trackId }) => `${label} #${trackId}`).join(', ') || t('nothingSeen')}
        </span>
      </p>
    </>
  )
}
