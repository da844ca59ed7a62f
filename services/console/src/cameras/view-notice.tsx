// What is wrong with the picture of a camera; one that has moved can be confirmed by who may act.
import { useState } from 'react'
import { request, wordsOf } from '../api/client.ts'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { viewFaultNames } from '../language/texts.ts'

export function ViewNotice({ camera, mayAct }: { readonly camera: CameraView; readonly mayAct: boolean }) {
  const { t, pick } = useLanguage()
  const [sent, setSent] = useState(false)
  const [fault, setFault] = useState('')
  if (camera.viewFaults.length === 0) return null
  const confirm = () => {
    setSent(true)
    setFault('')
    request(`/api/v1/cameras/${encodeURIComponent(camera.id)}/view`, { method: 'POST', json: {} }).catch((error) => {
      setSent(false)
      setFault(wordsOf(error))
    })
  }
  return (
    <p className="view-notice" role="status">
      {camera.viewFaults.map((each) => pick(viewFaultNames[each])).join(' · ')}
      {camera.zonesSuspended && ` · ${t('zonesSuspended')}`}
      {camera.zonesSuspended && mayAct && (
        <button
          type="button"
          className="confirm"
          disabled={sent}
          aria-label={`${t('confirmView')} ${camera.name}`}
          onClick={confirm}
        >
          {t('confirmView')}
        </button>
      )}
      {fault && <span className="fault">{fault}</span>}
    </p>
  )
}
