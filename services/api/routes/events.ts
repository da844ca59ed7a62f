// GET /api/v1/events: server-sent events of everything that changes, resumable by `Last-Event-ID`.
import { Type } from 'typebox'
import { type Severity, severities } from '../../contracts/alert-kinds.ts'
import { AppError } from '../../contracts/errors.ts'
import { gauge } from '../../kernel/metrics/metrics.ts'
import type { StreamEvent } from '../stream/event-hub.ts'
import { readPosition, writePosition } from '../stream/position.ts'
import type { Routes } from './context.ts'
import { List, split } from './parameters.ts'

const heartbeatMs = 15_000
/** what may wait in a slow client's socket before it is dropped; it resumes by Last-Event-ID */
const mostWaitingBytes = 4 * 1024 * 1024

const Query = Type.Object({
  topics: Type.Optional(
    Type.String({
      maxLength: 200,
      description:
        'alert, ticket, detection, device, footage, dead-letter, notice (and silences, false marks), frame; default all but frame',
    }),
  ),
  kind: Type.Optional(List),
  minimumSeverity: Type.Optional(Type.Enum(severities)),
  lastEventId: Type.Optional(Type.String({ maxLength: 4000, description: 'as the header Last-Event-ID' })),
})

export const eventRoutes: Routes = (app, { hub, clock, config, registry }) => {
  const open = gauge(registry, 'qianliyan_event_streams', 'open event streams')
  let streams = 0

  app.get(
    '/api/v1/events',
    {
      config: { right: 'read' },
      schema: { summary: 'Server-sent events; each `data` is a CloudEvent.', querystring: Query },
    },
    async (request, reply) => {
      const header = request.headers['last-event-id']
      const last = typeof header === 'string' && header !== '' ? header : request.query.lastEventId
      const from = last === undefined ? undefined : readPosition(last)
      const wanted = filterOf(request.query)
      if (streams >= config.api.maximumStreams)
        throw new AppError('QLY_RATE_LIMITED', 'too many open streams; close one')
      open.set(++streams)
      reply.hijack()
      const socket = reply.raw
      const headers = {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        'x-accel-buffering': 'no',
      }
      socket.writeHead(200, headers)
      socket.write('retry: 2000\n: 千里眼\n\n')

      let leave: (() => void) | undefined
      let cancelHeartbeat = () => {}
      const beat = () => {
        if (!socket.writableEnded) socket.write(': .\n\n')
        cancelHeartbeat = clock.after(heartbeatMs, beat)
      }
      cancelHeartbeat = clock.after(heartbeatMs, beat)
      socket.once('close', () => {
        cancelHeartbeat()
        leave?.()
        open.set(--streams)
      })
      leave = await hub.follow(from, (event, position) => {
        if (!wanted(event)) return
        if (socket.writableLength > mostWaitingBytes) return void socket.destroy()
        const name = event.topic.split('.')[1]
        socket.write(`id: ${writePosition(position)}\nevent: ${name}\ndata: ${JSON.stringify(event.event)}\n\n`)
      })
      if (socket.destroyed) leave()
    },
  )
}

function filterOf({ topics, kind, minimumSeverity }: { topics?: string; kind?: string; minimumSeverity?: Severity }) {
  const names = new Set(split(topics) ?? ['alert', 'ticket', 'detection', 'device', 'footage', 'dead-letter', 'notice'])
  const kinds = kind === undefined ? undefined : new Set(split(kind))
  const least = minimumSeverity === undefined ? 0 : severities.indexOf(minimumSeverity)
  return ({ topic, event }: StreamEvent): boolean => {
    if (event.type === 'cn.qianliyan.frame.analysed.v1') return names.has('frame')
    if (!names.has(topic.split('.')[1] ?? '')) return false
    if (event.type === 'cn.qianliyan.alert.changed.v1') {
      const { alert } = event.data
      return (kinds?.has(alert.kind) ?? true) && severities.indexOf(alert.severity) >= least
    }
    if (event.type === 'cn.qianliyan.notice.issued.v1') {
      const { alerts, severity } = event.data
      const ofKind = kinds === undefined || alerts.some((alert) => kinds.has(alert.kind))
      return ofKind && (severity === null || severities.indexOf(severity) >= least)
    }
    if (event.type === 'cn.qianliyan.finding.changed.v1') return kinds?.has(event.data.kind) ?? true
    return true
  }
}
