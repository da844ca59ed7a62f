// The footage room: pilots' patrol footage arrives by resumable upload (tus 1.0.0), is kept by content hash and told on qly.footage.v1.
// Side-cars (.SRT) are read here, videos and pictures in the eyes role (media/footage-analysis).
import { AsyncLocalStorage } from 'node:async_hooks'
import { createReadStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'
import { createEvent } from '../contracts/cloud-event.ts'
import type { Config } from '../contracts/config/config.ts'
import { AppError, asAppError } from '../contracts/errors.ts'
import { type FootageChanged, footageChangedV1 } from '../contracts/events/footage-changed-v1.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { counter } from '../kernel/metrics/metrics.ts'
import { readSideCar } from './side-car.ts'
import { readUploadMetadata, sideCarType } from './upload-metadata.ts'

export type FootageDeps = Pick<Kernel, 'bus' | 'objectStore' | 'clock' | 'logger' | 'registry'>

/** Takes requests under `/api/v1/footage/uploads` of an authenticated pilot. */
export type UploadHandler = (request: IncomingMessage, response: ServerResponse, pilot: string) => Promise<void>

export const uploadsPath = '/api/v1/footage/uploads'
const tusVersion = '1.0.0'

interface Upload {
  readonly id: string
  readonly size?: number | undefined
  readonly metadata?: Record<string, string | null> | undefined
}

export function createFootageService(deps: FootageDeps, config: Config): Service & { readonly upload: UploadHandler } {
  const { bus, objectStore, clock, logger, registry } = deps
  const directory = path.join(config.dataDir, 'uploads')
  const store = new FileStore({ directory, expirationPeriodInMilliseconds: config.footage.unfinishedHours * 3_600_000 })
  const uploads = counter(registry, 'qianliyan_footage_uploads_total', 'uploads of footage', ['outcome'])
  const pilots = new AsyncLocalStorage<string>()

  const server = new Server({
    path: uploadsPath,
    datastore: store,
    maxSize: config.footage.maximumBytes,
    relativeLocation: true,
    disableTerminationForFinishedUploads: true,
    onIncomingRequest: (_request, id) => ownUpload(id),
    onUploadCreate: async (_request, upload) => {
      readUploadMetadata(upload.metadata)
      return { metadata: { ...upload.metadata, pilot: pilots.getStore() ?? '' } }
    },
    onUploadFinish: async (_request, upload) => {
      const changed = await keep(upload)
      uploads.inc({ outcome: 'uploaded' })
      return { headers: { 'x-footage-id': changed.footageId, 'x-footage-sha256': changed.sha256 ?? '' } }
    },
    onResponseError: (_request, error) => {
      if ('status_code' in error) return undefined
      const { code, message, status, retryable } = asAppError(error)
      if (status >= 500) logger.warn({ err: error }, 'an upload failed')
      uploads.inc({ outcome: code })
      return { status_code: status, body: JSON.stringify({ error: { code, message, retryable } }) }
    },
  })

  /** An upload belongs to the pilot who began it. */
  async function ownUpload(id: string): Promise<void> {
    const upload: Upload | undefined = await store.getUpload(id).catch(() => undefined)
    const owner = upload?.metadata?.pilot
    if (owner !== undefined && owner !== null && owner !== pilots.getStore()) {
      throw new AppError('QLY_FORBIDDEN', 'this upload was begun by somebody else')
    }
  }

  /** Moves a whole file into the object store and tells it; repeated after a crash it gives the same. */
  async function keep(upload: Upload): Promise<FootageChanged> {
    const { name, mediaType, flightId, sha256: claimed } = readUploadMetadata(upload.metadata)
    const file = path.join(directory, upload.id)
    const now = clock.now()
    const { key, sha256, size } = await objectStore.put(createReadStream(file), {
      prefix: 'footage',
      mediaType,
      at: now,
    })
    if (claimed !== undefined && claimed !== sha256) {
      await store.remove(upload.id)
      throw new AppError('QLY_INPUT_INVALID', `the bytes have sha256 ${sha256}, not ${claimed}; upload the file anew`)
    }
    const news = mediaType === sideCarType ? await tellSideCar(file) : undefined
    const changed: FootageChanged = {
      footageId: upload.id,
      state: 'uploaded',
      name,
      sizeBytes: size,
      sha256,
      key,
      pilot: pilots.getStore() ?? '',
      at: new Date(now).toISOString(),
      ...(flightId === undefined ? {} : { flightId }),
    }
    const told = [changed, ...(news ? [{ ...changed, ...news }] : [])]
    await bus.publish(
      told.map((data) => {
        const origin = { source: '/footage', id: `${upload.id}/${data.state}`, subject: upload.id, time: now }
        return { topic: 'qly.footage.v1', event: createEvent(footageChangedV1, origin, data) }
      }),
    )
    await rm(file, { force: true })
    return changed
  }

  /** What there is to know of a side-car, at once: also one that cannot be read is kept, and the pilot sees why. */
  async function tellSideCar(file: string): Promise<Pick<FootageChanged, 'state' | 'telemetry' | 'reason'>> {
    try {
      const { operatingArea } = config.footage
      return { state: 'analysed', telemetry: await readSideCar(file, { operatingArea, timezone: config.timezone }) }
    } catch (error) {
      return { state: 'failed', reason: asAppError(error).message.slice(0, 500) }
    }
  }

  return {
    name: 'footage',
    level: 'source',
    async start() {
      await mkdir(directory, { recursive: true })
      const removed = await store.deleteExpired()
      if (removed > 0) logger.info({ removed }, 'unfinished uploads removed')
    },
    async stop() {
      // uploads that run are resumed by their apps
    },
    async upload(request, response, pilot) {
      const version = request.headers['tus-resumable']
      if (request.method !== 'OPTIONS' && version !== tusVersion) {
        // tus 1.0.0, Tus-Version: another version is not processed at all
        response.writeHead(412, { 'tus-version': tusVersion }).end(`this server speaks tus ${tusVersion}\n`)
        return
      }
      await pilots.run(pilot, () => server.handle(request, response))
    },
  }
}
