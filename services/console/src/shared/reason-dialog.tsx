// Asks for a reason, and for a photo where one is needed, in a modal dialog.
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { wordsOf } from '../api/client.ts'
import { useLanguage } from '../language/language.tsx'

export function ReasonDialog(props: {
  readonly title: string
  readonly wantsReason: boolean
  readonly wantsPhoto: boolean
  readonly onSend: (given: { reason: string; photo: File | undefined }) => Promise<void>
  readonly onClose: () => void
}) {
  const { title, wantsReason, wantsPhoto, onSend, onClose } = props
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
