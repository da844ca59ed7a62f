// Silences and false marks in force, and the newest notices, kept fresh by the event stream.
import { useCallback, useEffect, useState } from 'react'
import type { NoticeIssued } from '../../../contracts/events/notice-issued-v1.ts'
import type { FalseMark } from '../../../contracts/false-marks.ts'
import type { Silence } from '../../../contracts/silences.ts'
import { type Page, request } from '../api/client.ts'

export type Notice = NoticeIssued & { readonly id: string }

const mostNotices = 20

export function useSilences() {
  const [silences, setSilences] = useState<readonly Silence[]>([])
  const [falseMarks, setFalseMarks] = useState<readonly FalseMark[]>([])
  const [notices, setNotices] = useState<readonly Notice[]>([])
  const load = useCallback(() => {
    request<Page<Silence>>('/api/v1/silences?active=true&limit=100').then(
      ({ items }) => setSilences(items),
      () => {},
    )
    request<Page<FalseMark>>('/api/v1/false-marks?active=true&limit=100').then(
      ({ items }) => setFalseMarks(items),
      () => {},
    )
    request<Page<Notice>>(`/api/v1/notices?limit=${mostNotices}`).then(
      ({ items }) => setNotices(items),
      () => {},
    )
  }, [])
  useEffect(() => {
    const source = new EventSource('/api/v1/events?topics=notice')
    source.onopen = load
    source.addEventListener('notice', load)
    return () => source.close()
  }, [load])
  return { silences, falseMarks, notices, load }
}
