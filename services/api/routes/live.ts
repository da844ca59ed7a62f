// GET /api/v1/cameras/{id}/live: live view over a WebSocket. Text messages are news (contracts/live.ts), binary ones are pictures.
import type { FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { WebSocket } from 'ws'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { AppError, asAppError } from '../../contracts/errors.ts'
import { type LiveFormat, liveFormats } from '../../contracts/live.ts'
import { createCameraIndex } from '../../kernel/cameras/camera-index.ts'
import { maySeeOriginal } from '../auth/originals.ts'
import { may } from '../auth/roles.ts'
import { personOf, tokenOf } from '../http/authenticate.ts'
import type { DeviceView } from '../projection/projector.ts'
import type { Routes } from './context.ts'

/** how often it is looked whether the watcher is there, and may still watch */
const heartbeatMs = 20_000
/** a watcher that does not read its farewell is cut off after this time */
const farewellMs = 1000

/** The formats that a person with these roles may watch, the better one first: an original stream can be neither masked nor blurred. */
export function liveFormatsFor(camera: Pick<CameraConfig, 'privacyMasks'>, roles: readonly string[]): LiveFormat[] {
  if (!may(roles, 'watchLive')) return []
  return maySeeOriginal(camera, roles) ? ['fmp4', 'mpeg1'] : ['mpeg1']
}

export const liveRoutes: Routes = (app, { config, accounts, clock, live, views }) => {
  const cameras = createCameraIndex(config)

  /** where another process has the camera, as media wrote it into its twin */
  const addressIn = async (id: string): Promise<string | undefined> => {
    const [device] = (await views.list<DeviceView>('devices', { limit: 1, filters: { id: [id] } })).items
    const { liveUrl } = device?.twin ?? {}
    return typeof liveUrl === 'string' ? liveUrl : undefined
  }

  const refuse = async (request: FastifyRequest) => {
    const { id } = request.params as { id: string }
    const { format } = request.query as { format: LiveFormat }
    const camera = cameras.get(id)
    if (!camera || !live) throw new AppError('QLY_NOT_FOUND', `there is no live view of ${id} here`)
    if (!ofThisSite(request)) throw new AppError('QLY_FORBIDDEN', 'live view is not for pages of other sites')
    if (!liveFormatsFor(camera, personOf(request).roles).includes(format)) {
      throw new AppError(
        'QLY_FORBIDDEN',
        'this camera has privacy masks, or your role sees blurred pictures: ask for format=mpeg1',
      )
    }
  }

  app.get(
    '/api/v1/cameras/:id/live',
    {
      websocket: true,
      preHandler: refuse,
      config: { right: 'watchLive' },
      schema: {
        summary:
          'Live view over a WebSocket. fmp4: the original stream for MediaSource; mpeg1: MPEG-TS for JSMpeg, with privacy masks. Text messages: { type: begin, mediaType } or { type: waiting, reason, code }.',
        params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }),
        querystring: Type.Object({
          format: Type.Enum(liveFormats, { default: 'mpeg1' }),
          sound: Type.Boolean({ default: false, description: 'with its sound, where the camera has some; fmp4 only' }),
        }),
      },
    },
    (socket: WebSocket, request) => {
      const { id } = request.params as { id: string }
      const { format, sound } = request.query as { format: LiveFormat; sound: boolean }
      const { roles } = personOf(request)
      let leave = () => {}
      const end = (reason: AppError) => {
        const { code, message, retryable } = reason
        socket.send(JSON.stringify({ type: 'end', code, message, retryable }))
        socket.close(retryable ? 1013 : 1008, code)
        clock.after(farewellMs, () => socket.terminate())
      }
      const cancel = watchOver(socket, async () => {
        const token = tokenOf(request)
        const person = token === undefined ? undefined : await accounts.holder(token)
        if (!person || !may(person.roles, 'watchLive'))
          end(new AppError('QLY_UNAUTHENTICATED', 'the session has ended'))
      })
      socket.on('error', () => socket.terminate())
      socket.on('close', () => {
        cancel()
        leave()
      })
      try {
        leave =
          live?.watch(
            {
              cameraId: id,
              format,
              masked: !may(roles, 'seeUnmasked'),
              coarse: !may(roles, 'seeIdentities'),
              sound,
              address: () => addressIn(id),
            },
            {
              get waitingBytes() {
                return socket.bufferedAmount
              },
              news: (news) => socket.send(JSON.stringify(news)),
              picture: (bytes) => socket.send(bytes),
              end,
            },
          ) ?? leave
      } catch (error) {
        end(asAppError(error))
      }
    },
  )

  /** Ends a connection whose other side is silent; `check` runs at each beat. */
  function watchOver(socket: WebSocket, check: () => Promise<void>): () => void {
    let alive = true
    socket.on('pong', () => {
      alive = true
    })
    let cancel = clock.after(heartbeatMs, beat)
    function beat() {
      if (!alive) return socket.terminate()
      alive = false
      socket.ping()
      void check().catch(() => {})
      cancel = clock.after(heartbeatMs, beat)
    }
    return () => cancel()
  }
}

/** Browsers say from which page they come; the session's cookie is SameSite=Strict as well. */
function ofThisSite(request: FastifyRequest): boolean {
  const { origin, host } = request.headers
  if (origin === undefined) return true
  try {
    return new URL(origin).host === host
  } catch {
    return false
  }
}
