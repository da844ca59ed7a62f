// Login with user name and password.
import { type FormEvent, useState } from 'react'
import { isRefusal, request, wordsOf } from '../api/client.ts'
import type { Person } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'

export function Login({ onLogin }: { readonly onLogin: (person: Person) => void }) {
  const { t, toggle } = useLanguage()
  const [fault, setFault] = useState('')

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    try {
      const json = { user: form.get('user'), password: form.get('password') }
      const { user } = await request<{ user: Person }>('/api/v1/login', { method: 'POST', json })
      onLogin(user)
    } catch (error) {
      setFault(isRefusal(error) && error.status === 401 ? t('loginFailed') : wordsOf(error))
    }
  }

  return (
    <main className="login">
      <form onSubmit={(event) => void submit(event)}>
        <h1>
          {t('title')} <small>{t('subtitle')}</small>
        </h1>
        <label>
          {t('user')}
          <input name="user" autoComplete="username" required defaultValue="admin" />
        </label>
        <label>
          {t('password')}
          {/* biome-ignore lint/a11y/noAutofocus: the only thing to do on this page */}
          <input name="password" type="password" autoComplete="current-password" required autoFocus />
        </label>
        <button type="submit">{t('logIn')}</button>
        <p role="alert" className="fault">
          {fault}
        </p>
        <button type="button" className="plain" onClick={toggle}>
          {t('language')}
        </button>
      </form>
    </main>
  )
}
