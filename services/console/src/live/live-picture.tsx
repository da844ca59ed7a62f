// A live picture in a tile, with its sound where somebody wants to hear it.
import { useState } from 'react'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { useLivePicture } from './use-live-picture.ts'

export function LivePicture({ camera }: { readonly camera: CameraView }) {
  const { t } = useLanguage()
  const [sound, setSound] = useState(false)
  const { video, canvas, picture } = useLivePicture(camera.id, camera.live, sound)
  const { state, format, reason, hears, unplayable } = picture
  return (
    <>
      {format === 'fmp4' ? (
        <video ref={video} muted={!sound} playsInline aria-label={camera.name} data-state={state} />
      ) : (
        <canvas ref={canvas} role="img" aria-label={camera.name} data-state={state} />
      )}
      {state !== 'playing' ? (
        <p className="notice" role="status" title={reason}>
          {t(state === 'waiting' ? 'liveWaiting' : 'liveEnded')}
        </p>
      ) : (
        <LiveNote unplayable={unplayable} silent={sound && !hears} />
      )}
      {format === 'fmp4' && (
        <button
          type="button"
          className="sound"
          aria-pressed={sound}
          aria-label={`${t(sound ? 'soundOff' : 'soundOn')} ${camera.name}`}
          onClick={() => setSound(!sound)}
        >
          {sound ? '🔊' : '🔇'}
        </button>
      )}
    </>
  )
}

/** Why it is not what one would expect. */
function LiveNote({ unplayable, silent }: { readonly unplayable: string | undefined; readonly silent: boolean }) {
  const { t } = useLanguage()
  if (unplayable === undefined && !silent) return null
  return (
    <p className="live-note" role="status">
      {silent ? t('noSound') : `${unplayable} ${t('codecRefused')}`}
    </p>
  )
}
