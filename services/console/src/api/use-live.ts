// Lists that stay fresh: loaded once, then changed by the event stream; loaded anew after a break that the stream could not bridge.
import { useEffect, useReducer, useRef, useState } from 'react'
import type { AlertChanged } from '../../../contracts/events/alert-changed-v1.ts'
import type { TicketChanged } from '../../../contracts/events/ticket-changed-v1.ts'
import { type Page, request } from './client.ts'
import type { Alert, CameraView, Ticket } from './types.ts'

export interface Live {
  readonly alerts: readonly Alert[]
  readonly tickets: readonly Ticket[]
  readonly cameras: readonly CameraView[]
  readonly connected: boolean
  /** ms since the epoch; 0: nothing yet */
  readonly newsAt: number
}

type Things = Pick<Live, 'alerts' | 'tickets'>
type Change = { load: Things } | { alert: Alert } | { ticket: Ticket }

const cameraRefreshMs = 3000
const mostShown = 100

export function useLive(onUnauthenticated: () => void): Live {
  const [things, change] = useReducer(reduce, { alerts: [], tickets: [] })
  const [cameras, setCameras] = useState<readonly CameraView[]>([])
  const [connected, setConnected] = useState(false)
  const [newsAt, setNewsAt] = useState(0)
  const refused = useRef(onUnauthenticated)
  refused.current = onUnauthenticated

  useEffect(() => {
    const load = async () => {
      const [alerts, tickets] = await Promise.all([
        request<Page<Alert>>(`/api/v1/alerts?state=open,acknowledged&limit=${mostShown}`),
        request<Page<Ticket>>(`/api/v1/tickets?stage=accepted,filed,dispatched,handling,checking&limit=${mostShown}`),
      ])
      change({ load: { alerts: alerts.items, tickets: tickets.items } })
      setNewsAt(Date.now())
    }
    const failed = (error: { status?: number }) => error.status === 401 && refused.current()
    const source = new EventSource('/api/v1/events?topics=alert,ticket')
    source.onopen = () => {
      setConnected(true)
      load().catch(failed)
    }
    source.onerror = () => setConnected(false)
    source.addEventListener('alert', (message) => {
      const { data } = JSON.parse(message.data) as { data: AlertChanged }
      change({ alert: data.alert })
      setNewsAt(Date.now())
    })
    source.addEventListener('ticket', (message) => {
      const { data } = JSON.parse(message.data) as { data: TicketChanged }
      change({ ticket: data.ticket })
      setNewsAt(Date.now())
    })
    const refresh = () =>
      request<Page<CameraView>>('/api/v1/cameras')
        .then(({ items }) => setCameras(items))
        .catch(failed)
    void refresh()
    const timer = setInterval(() => void refresh(), cameraRefreshMs)
    return () => {
      source.close()
      clearInterval(timer)
    }
  }, [])

  return { ...things, cameras, connected, newsAt }
}

function reduce(things: Things, change: Change): Things {
  if ('load' in change) return change.load
  if ('alert' in change) {
    const { alert } = change
    const others = things.alerts.filter(({ id }) => id !== alert.id)
    const open = alert.state === 'open' || alert.state === 'acknowledged'
    return { ...things, alerts: open ? newestFirst([alert, ...others], (item) => item.openedAt) : others }
  }
  const { ticket } = change
  const others = things.tickets.filter(({ id }) => id !== ticket.id)
  const open = ticket.stage !== 'closed' && ticket.stage !== 'void'
  return { ...things, tickets: open ? newestFirst([ticket, ...others], (item) => item.createdAt) : others }
}

const newestFirst = <Item>(items: Item[], time: (item: Item) => string): Item[] =>
  items.sort((a, b) => time(b).localeCompare(time(a))).slice(0, mostShown)
