// A live picture in a tile.
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { useLivePicture } from './use-live-picture.ts'

export function LivePicture({ camera }: { readonly camera: CameraView }) {
  const { t } = useLanguage()
  const { video, canvas, picture } = useLivePicture(camera.id, camera.live)
  const { state, format, reason } = picture
  return (
    <>
      {format === 'fmp4' ? (
        <video ref={video} muted playsInline aria-label={camera.name} data-state={state} />
      ) : (
        <canvas ref={canvas} role="img" aria-label={camera.name} data-state={state} />
      )}
      {state !== 'playing' && (
        <p className="notice" role="status" title={reason}>
          {t(state === 'waiting' ? 'liveWaiting' : 'liveEnded')}
        </p>
      )}
    </>
  )
}
