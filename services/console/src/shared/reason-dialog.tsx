// Asks for a reason, for a photo where one is needed, and for a tick where there is a choice, in a modal dialog.
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { wordsOf } from '../api/client.ts'
import { useLanguage } from '../language/language.tsx'

export function ReasonDialog(props: {
  readonly title: string
  readonly wantsReason: boolean
  readonly wantsPhoto: boolean
  /** what may be ticked, in words; off at first */
  readonly choice?: string
  readonly onSend: (given: { reason: string; photo: File | undefined; chosen: boolean }) => Promise<void>
  readonly onClose: () => void
}) {
  const { title, wantsReason, wantsPhoto, choice, onSend, onClose } = props
  const { t } = useLanguage()
  const dialog = useRef<HTMLDialogElement>(null)
  const [fault, setFault] = useState('')
  useEffect(() => dialog.current?.showModal(), [])

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const photo = form.get('photo')
    try {
      await onSend({
        reason: String(form.get('reason') ?? ''),
        photo: photo instanceof File && photo.size > 0 ? photo : undefined,
        chosen: form.get('choice') !== null,
      })
      onClose()
    } catch (error) {
      setFault(wordsOf(error))
    }
  }

  return (
    <dialog ref={dialog} onClose={onClose} aria-label={title}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>{title}</h2>
        {wantsReason && (
          <label>
            {t('why')}
            <textarea name="reason" required maxLength={2000} rows={3} />
          </label>
        )}
        {wantsPhoto && (
          <label>
            {t('photo')}
            <input name="photo" type="file" accept="image/jpeg,image/png,image/webp" required />
          </label>
        )}
        {choice !== undefined && (
          <label className="inline">
            <input name="choice" type="checkbox" /> {choice}
          </label>
        )}
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
