// Pictures kept as proof: served by key, and taken from handlers.
import type { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import sharp from 'sharp'
import { AppError } from '../../contracts/errors.ts'
import { cameraOfClip, Evidence } from '../../contracts/evidence.ts'
import type { StoredObject } from '../../kernel/object-store/object-store.ts'
import { maySeeOriginal } from '../auth/originals.ts'
import { may } from '../auth/roles.ts'
import { personOf } from '../http/authenticate.ts'
import { blurredPicture } from '../privacy/blurred-picture.ts'
import { createPictureCache } from '../privacy/picture-cache.ts'
import type { Routes } from './context.ts'

/** 100 megapixels: more than any phone takes */
const mostPixels = 100_000_000

export const evidenceRoutes: Routes = (app, { objectStore, config, clock, audit }) => {
  const blurred = createPictureCache()
  const anyMasked = () => config.cameras.find(({ privacyMasks = [] }) => privacyMasks.length > 0)
  /** A clip of which the camera is not known (any more) may show what a mask covered: it is as if that camera had masks. */
  const maySeeClip = (key: string, roles: readonly string[]) => {
    const id = cameraOfClip(key)
    if (id === undefined) return maySeeOriginal(anyMasked(), roles)
    const camera = config.cameras.find((known) => known.id === id)
    return camera ? maySeeOriginal(camera, roles) : may(roles, 'seeIdentities') && may(roles, 'seeUnmasked')
  }

  app.get(
    '/api/v1/evidence/*',
    {
      config: { right: 'read', rateLimit: { max: 6000, timeWindow: '1 minute' } },
      schema: {
        summary:
          'A stored picture or clip, by its key. Blurred for roles that may not see faces and plates; clips are not for them.',
      },
    },
    async (request, reply) => {
      const key = (request.params as { '*': string })['*']
      const { roles } = personOf(request)
      const { stream, object } = await objectStore.get(key)
      void reply
        .header('cache-control', 'private, max-age=31536000, immutable')
        // the same address shows different pictures to different people at one browser
        .header('vary', 'cookie, authorization')
      const own = key.startsWith('footage/') && may(roles, 'uploadFootage')
      if (!object.mediaType.startsWith('image/')) {
        if (own || maySeeClip(key, roles)) return send(reply, stream, object)
        stream.destroy()
        throw new AppError(
          'QLY_FORBIDDEN',
          'videos show faces and plates, and what masks cover; your role sees pictures',
        )
      }
      if (may(roles, 'seeIdentities')) return send(reply, stream, object)
      stream.destroy()
      const picture = await blurred.of(key, async () => {
        const { stream: original } = await objectStore.get(key)
        return blurredPicture(Buffer.concat((await original.toArray()) as Buffer[]))
      })
      return reply.type('image/jpeg').header('etag', `"${object.sha256}-blurred"`).send(picture)
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

const send = (reply: FastifyReply, stream: Readable, { mediaType, size, sha256 }: StoredObject) =>
  reply.type(mediaType).header('content-length', size).header('etag', `"${sha256}"`).send(stream)

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
