// Pictures kept as proof: served by key, and taken from handlers.
import sharp from 'sharp'
import { AppError } from '../../contracts/errors.ts'
import { Evidence } from '../../contracts/evidence.ts'
import { personOf } from '../http/authenticate.ts'
import type { Routes } from './context.ts'

/** 100 megapixels: more than any phone takes */
const mostPixels = 100_000_000

export const evidenceRoutes: Routes = (app, { objectStore, config, clock, audit }) => {
  app.get(
    '/api/v1/evidence/*',
    {
      config: { right: 'read', rateLimit: { max: 6000, timeWindow: '1 minute' } },
      schema: { summary: 'A stored picture or clip, by its key.' },
    },
    async (request, reply) => {
      const key = (request.params as { '*': string })['*']
      const { stream, object } = await objectStore.get(key)
      return reply
        .type(object.mediaType)
        .header('content-length', object.size)
        .header('etag', `"${object.sha256}"`)
        .header('cache-control', 'private, max-age=31536000, immutable')
        .send(stream)
    },
  )

  app.addContentTypeParser(
    ['image/jpeg', 'image/png', 'image/webp'],
    { parseAs: 'buffer', bodyLimit: config.api.maximumPictureBytes },
    (_request, body, done) => done(null, body),
  )

  app.post(
    '/api/v1/evidence',
    {
      bodyLimit: config.api.maximumPictureBytes,
      config: { right: 'moveTickets' },
      schema: {
        summary: 'Stores a photo of work done; give the answer as "proof" with the step "feedback".',
        response: { 201: Evidence },
      },
    },
    async (request, reply) => {
      if (!Buffer.isBuffer(request.body))
        throw new AppError(
          'QLY_INPUT_INVALID',
          'send the picture itself: content-type image/jpeg, image/png or image/webp',
        )
      const picture = await readable(request.body)
      const now = clock.now()
      const { key, sha256 } = await objectStore.put(picture, { prefix: 'proof', mediaType: 'image/jpeg', at: now })
      await audit.record(personOf(request).name, 'evidence.upload', key)
      return reply
        .status(201)
        .send({ url: `/api/v1/evidence/${key}`, sha256, at: new Date(now).toISOString(), role: 'proof' as const })
    },
  )
}

/** Decodes and codes it anew, upright: what is stored is a picture and nothing else (no hidden payload, no GPS of the handler's home). */
async function readable(bytes: Buffer): Promise<Buffer> {
  try {
    return await sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error' })
      .rotate()
      .jpeg({ quality: 90 })
      .toBuffer()
  } catch (cause) {
    throw new AppError('QLY_INPUT_INVALID', `this is not a picture that can be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}
