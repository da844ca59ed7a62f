// Who is there: nobody (login), or a person (the one screen).
import { useCallback, useEffect, useState } from 'react'
import { request } from './api/client.ts'
import type { Person } from './api/types.ts'
import { Login } from './login/login.tsx'
import { Screen } from './screen.tsx'

export function App() {
  const [person, setPerson] = useState<Person | null>()
  const leave = useCallback(() => setPerson(null), [])
  useEffect(() => {
    request<Person>('/api/v1/me').then(setPerson, leave)
  }, [leave])
  if (person === undefined) return null
  if (person === null) return <Login onLogin={setPerson} />
  return <Screen person={person} onLeave={leave} />
}
