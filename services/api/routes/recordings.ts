// Recordings: a camera's timeline, what was seen in it, playing it back, cutting a piece out, and the check of files and index.
import { Type } from 'typebox'
import { Timestamp } from '../../contracts/cloud-event.ts'
import { AppError } from '../../contracts/errors.ts'
import { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import type { RecordingLibrary } from '../../contracts/recordings.ts'
import { RecordingCheck, RecordingTimeline, SightedFrame } from '../../contracts/recordings.ts'
import { maySeeOriginal } from '../auth/originals.ts'
import { personOf } from '../http/authenticate.ts'
import type { Routes } from './context.ts'
import { IdParameter } from './parameters.ts'

const Period = Type.Object({ from: Timestamp, to: Timestamp })
const often = { max: 6000, timeWindow: '1 minute' }

export const recordingRoutes: Routes = (app, { recordings, config, audit }) => {
  const library = (): RecordingLibrary => {
    if (!recordings) throw new AppError('QLY_NOT_FOUND', 'this process has no recordings')
    return recordings
  }
  /** Recordings are as the camera saw it, under masks and with faces: only for those who may see that. */
  const mayWatch = (request: Parameters<typeof personOf>[0], id: string) => {
    const camera = config.cameras.find((known) => known.id === id)
    if (!camera) throw new AppError('QLY_NOT_FOUND', `there is no camera ${id}`)
    const { name, roles } = personOf(request)
    if (!maySeeOriginal(camera, roles)) {
      throw new AppError(
        'QLY_FORBIDDEN',
        'recordings show faces and plates, and what masks cover; your role sees pictures',
      )
    }
    return name
  }
  const times = ({ from, to }: { from: string; to: string }) => [Date.parse(from), Date.parse(to)] as const

  app.get(
    '/api/v1/cameras/:id/recordings',
    {
      config: { right: 'read' },
      schema: {
        summary: 'What is recorded of a camera: spans with their class, gaps, alerts, segments.',
        params: IdParameter,
        querystring: Period,
        response: { 200: RecordingTimeline },
      },
    },
    async (request) => {
      mayWatch(request, request.params.id)
      return library().timeline(request.params.id, ...times(request.query))
    },
  )

  app.get(
    '/api/v1/cameras/:id/recordings/sightings',
    {
      config: { right: 'read' },
      schema: {
        summary: 'What was seen in each analysed frame of that time, for boxes over the playing picture.',
        params: IdParameter,
        querystring: Period,
        response: { 200: Type.Object({ items: Type.Array(SightedFrame) }) },
      },
    },
    async (request) => {
      mayWatch(request, request.params.id)
      return { items: await library().sightings(request.params.id, ...times(request.query)) }
    },
  )

  app.get(
    '/api/v1/cameras/:id/recordings/findings',
    {
      config: { right: 'read' },
      schema: {
        summary:
          'What vision told of that time while it was live, every step of it, in order: for replay. At most 24 hours of the last week.',
        params: IdParameter,
        querystring: Period,
        response: { 200: Type.Object({ items: Type.Array(FindingChanged) }) },
      },
    },
    async (request) => {
      mayWatch(request, request.params.id)
      return { items: await library().findings(request.params.id, ...times(request.query)) }
    },
  )

  app.get(
    '/api/v1/cameras/:id/recordings/playlist.m3u8',
    {
      config: { right: 'read' },
      schema: {
        summary: 'HLS (fragmented MP4) of that time, at most 6 hours.',
        params: IdParameter,
        querystring: Period,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const name = mayWatch(request, id)
      const list = await library().playlist(id, ...times(request.query))
      await audit.record(name, 'recording.play', id, { ...request.query })
      return reply.type('application/vnd.apple.mpegurl').header('cache-control', 'no-store').send(list)
    },
  )

  app.get(
    '/api/v1/cameras/:id/recordings/clip.mp4',
    {
      config: { right: 'read' },
      schema: {
        summary: 'That time as one MP4, at most an hour, from the key frame before it.',
        params: IdParameter,
        querystring: Period,
      },
    },
    async (request, reply) => {
      const { id } = request.params
      const name = mayWatch(request, id)
      const { bytes, stream, dispose } = await library().extract(id, ...times(request.query))
      stream.once('close', () => void dispose().catch(() => {}))
      await audit.record(name, 'recording.export', id, { ...request.query })
      return reply.type('video/mp4').header('content-length', bytes).header('cache-control', 'no-store').send(stream)
    },
  )

  app.get(
    '/api/v1/cameras/:id/recordings/segments/:segment',
    {
      config: { right: 'read', rateLimit: often },
      schema: {
        summary: 'One segment, fragmented MP4; takes one byte range (RFC 9110 §14).',
        params: Type.Object({ ...IdParameter.properties, segment: Type.String({ maxLength: 40 }) }),
        querystring: Type.Object({
          shift: Type.Optional(
            Type.Integer({
              minimum: 0,
              maximum: 86_400_000,
              description: 'its times so many ms later, as playlists ask for',
            }),
          ),
        }),
      },
    },
    async (request, reply) => {
      const { id, segment } = request.params
      mayWatch(request, id)
      const { bytes, open } = await library().segment(id, segment, request.query.shift)
      void reply.type('video/mp4').header('accept-ranges', 'bytes').header('cache-control', 'private, max-age=3600')
      const range = byteRange(request.headers.range, bytes)
      if (range === 'whole') return reply.header('content-length', bytes).send(open(0, bytes - 1))
      if (range === 'none') return reply.status(416).header('content-range', `bytes */${bytes}`).send()
      const [from, to] = range
      return reply
        .status(206)
        .header('content-range', `bytes ${from}-${to}/${bytes}`)
        .header('content-length', to - from + 1)
        .send(open(from, to))
    },
  )

  app.post(
    '/api/v1/recordings/check',
    {
      config: { right: 'manageDevices' },
      schema: {
        summary:
          'Compares files, index and the hashes of evidence; with repair, takes in what is lost and drops what is gone.',
        body: Type.Object({ repair: Type.Boolean({ default: false }) }, { additionalProperties: false }),
        response: { 200: RecordingCheck },
      },
    },
    async (request) => {
      const { repair } = request.body
      await audit.record(personOf(request).name, 'recordings.check', '', { repair })
      return library().check({ repair })
    },
  )
}

/** One range of bytes, both ends counted. More than one, or what cannot be read, is answered with the whole (RFC 9110 §14.2). */
export function byteRange(header: string | undefined, bytes: number): 'whole' | 'none' | readonly [number, number] {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  if (first === '' && last === '') return 'whole'
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const to = first === '' || last === '' ? bytes - 1 : Math.min(bytes - 1, Number(last))
  return from > to || from >= bytes ? 'none' : [from, to]
}
