// Asks what to mute, for how long and why.
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { alertKindNames, alertKinds } from '../../../contracts/alert-kinds.ts'
import type { SilenceRequest } from '../../../contracts/silences.ts'
import { request, wordsOf } from '../api/client.ts'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'

const hours = [1, 4, 12, 24, 72] as const

export function SilenceDialog(props: {
  readonly cameras: readonly CameraView[]
  readonly onMade: () => void
  readonly onClose: () => void
}) {
  const { cameras, onMade, onClose } = props
  const { t, pick } = useLanguage()
  const dialog = useRef<HTMLDialogElement>(null)
  const [fault, setFault] = useState('')
  useEffect(() => dialog.current?.showModal(), [])

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const [kind, camera] = [String(form.get('kind')), String(form.get('camera'))]
    const matchers = { ...(kind ? { kind: [kind] } : {}), ...(camera ? { camera: [camera] } : {}) }
    const until = new Date(Date.now() + Number(form.get('hours')) * 3_600_000).toISOString()
    const json = { matchers, reason: String(form.get('reason')), until } as SilenceRequest
    if (!kind && !camera) return setFault(t('silenceNeeds'))
    try {
      await request('/api/v1/silences', { method: 'POST', json })
      onMade()
      onClose()
    } catch (error) {
      setFault(wordsOf(error))
    }
  }

  return (
    <dialog ref={dialog} onClose={onClose} aria-label={t('newSilence')}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>{t('newSilence')}</h2>
        <label>
          {t('kind')}
          <select name="kind">
            <option value="">{t('any')}</option>
            {alertKinds.map((kind) => (
              <option key={kind} value={kind}>
                {pick(alertKindNames[kind])}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('camera')}
          <select name="camera">
            <option value="">{t('any')}</option>
            {cameras.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t('forHours')}
          <select name="hours">
            {hours.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
        <label>
          {t('why')}
          <textarea name="reason" required maxLength={2000} rows={2} />
        </label>
        <p role="alert" className="fault">
          {fault}
        </p>
        <button type="submit">{t('send')}</button>
        <button type="button" className="plain" onClick={onClose}>
          {t('cancel')}
        </button>
      </form>
    </dialog>
  )
}
