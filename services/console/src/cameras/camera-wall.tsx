// Pictures of the cameras with their zones and the boxes of the newest analysed frame.
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'

export function CameraWall({ cameras }: { readonly cameras: readonly CameraView[] }) {
  const { t } = useLanguage()
  return (
    <>
      <h2>{t('cameras')}</h2>
      <ul className="wall">
        {cameras.map((camera) => (
          <CameraTile key={camera.id} camera={camera} />
        ))}
      </ul>
    </>
  )
}

/** boxes older than this are not of the picture any more */
const freshMs = 15_000

function CameraTile({ camera }: { readonly camera: CameraView }) {
  const { t } = useLanguage()
  const frame = camera.latestFrame
  const fresh = frame !== null && Date.now() - Date.parse(frame.capturedAt) < freshMs
  return (
    <li className={`tile ${camera.status}`}>
      {camera.pictureUrl ? (
        <img src={camera.pictureUrl} alt={camera.name} />
      ) : (
        <p className="empty">{t('noPicture')}</p>
      )}
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        {camera.zones.map((zone) => (
          <polygon key={zone.id} className="zone" points={zone.polygon.map((point) => point.join(',')).join(' ')} />
        ))}
        {fresh &&
          frame.objects.map(({ box: [x1, y1, x2, y2], label, trackId }) => (
            <rect key={`${label}-${trackId}`} className="box" x={x1} y={y1} width={x2 - x1} height={y2 - y1} />
          ))}
      </svg>
      <p className="caption" title={camera.reason ?? ''}>
        <span className="dot" aria-hidden="true" /> {camera.name} <span className="minor">{t(camera.status)}</span>
      </p>
    </li>
  )
}
