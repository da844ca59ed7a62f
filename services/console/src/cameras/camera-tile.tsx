// One camera: its newest picture with zones and boxes, or live once it is started.
import { useState } from 'react'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { LivePicture } from '../live/live-picture.tsx'
import { playbackHref } from '../playback/address.ts'
import { ViewNotice } from './view-notice.tsx'

/** boxes older than this are not of the picture any more */
const freshMs = 15_000

export function CameraTile({ camera, mayAct }: { readonly camera: CameraView; readonly mayAct: boolean }) {
  const { t } = useLanguage()
  const [live, setLive] = useState(false)
  const frame = camera.latestFrame
  const fresh = !live && frame !== null && Date.now() - Date.parse(frame.capturedAt) < freshMs
  return (
    <li className={`tile ${camera.status}${live ? ' live' : ''}`} data-camera={camera.id}>
      {live ? (
        <LivePicture camera={camera} />
      ) : camera.pictureUrl ? (
        <img src={camera.pictureUrl} alt={camera.name} />
      ) : (
        <p className="empty">{t('noPicture')}</p>
      )}
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        {camera.zones.map((zone) => (
          <polygon
            key={zone.id}
            className={camera.zonesSuspended ? 'zone suspended' : 'zone'}
            points={zone.polygon.map((point) => point.join(',')).join(' ')}
          />
        ))}
        {fresh &&
          frame.objects.map(({ box: [x1, y1, x2, y2], label, trackId }) => (
            <rect key={`${label}-${trackId}`} className="box" x={x1} y={y1} width={x2 - x1} height={y2 - y1} />
          ))}
      </svg>
      <p className="caption">
        <span className="dot" aria-hidden="true" /> {camera.name} <span className="minor">{t(camera.status)}</span>
        {camera.status !== 'online' && camera.reason && <span className="minor reason"> · {camera.reason}</span>}
      </p>
      <ViewNotice key={`${camera.zonesSuspended}`} camera={camera} mayAct={mayAct} />
      {camera.recordings && (
        <a className="recordings" href={playbackHref(camera.id)} aria-label={`${t('playbackOf')} ${camera.name}`}>
          ◷ {t('playbackOf')}
        </a>
      )}
      {camera.live.length > 0 && (
        <button
          type="button"
          className="play"
          aria-pressed={live}
          aria-label={`${t(live ? 'liveStop' : 'liveStart')} ${camera.name}`}
          onClick={() => setLive(!live)}
        >
          {live ? '■' : '▶'} <span>{t(live ? 'liveStop' : 'liveStart')}</span>
        </button>
      )}
    </li>
  )
}
