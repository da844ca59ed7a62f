// The api room: HTTP for people and programs over its own view of the topics; commands go to the rooms that own what is changed.
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import type { CameraSearch } from '../contracts/camera-search.ts'
import type { Config } from '../contracts/config/config.ts'
import { AppError } from '../contracts/errors.ts'
import type { LiveView } from '../contracts/live.ts'
import type { RecordingLibrary } from '../contracts/recordings.ts'
import type { CameraDirectory } from '../kernel/cameras/camera-directory.ts'
import { loadOrganisation } from '../kernel/config/load-organisation.ts'
import type { Subscription } from '../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { createAccounts } from './auth/accounts.ts'
import { createAudit } from './auth/audit.ts'
import { type Commands, createCommands } from './commands/commands.ts'
import { authenticate } from './http/authenticate.ts'
import { createHttp, type Http } from './http/server.ts'
import { project } from './projection/projector.ts'
import { createViews } from './projection/views.ts'
import { alertRoutes } from './routes/alerts.ts'
import { cameraChangeRoutes } from './routes/camera-changes.ts'
import { cameraSearchRoutes } from './routes/camera-search.ts'
import { cameraRoutes } from './routes/cameras.ts'
import type { FootageUpload, RouteContext, Routes } from './routes/context.ts'
import { deviceRoutes } from './routes/devices.ts'
import { eventRoutes } from './routes/events.ts'
import { evidenceRoutes } from './routes/evidence.ts'
import { falseMarkRoutes } from './routes/false-marks.ts'
import { ledgerRoutes } from './routes/ledger.ts'
import { liveRoutes } from './routes/live.ts'
import { modelRoutes } from './routes/models.ts'
import { recordingRoutes } from './routes/recordings.ts'
import { seriesRoutes } from './routes/series.ts'
import { sessionRoutes } from './routes/sessions.ts'
import { silenceRoutes } from './routes/silences.ts'
import { systemRoutes } from './routes/system.ts'
import { ticketRoutes } from './routes/tickets.ts'
import { uploadRoutes } from './routes/uploads.ts'
import { createEventHub, type EventHub } from './stream/event-hub.ts'
import { createLatestFrames } from './stream/latest-frames.ts'
import { type ApiTables, apiMigrations } from './tables.ts'

export interface ApiWiring {
  /** whether the whole process works; rejects with the reason */
  readonly check: () => Promise<void>
  /** the footage room of this process, if it has one */
  readonly upload?: FootageUpload | undefined
  /** live view, as media has it */
  readonly live?: LiveView | undefined
  /** finds cameras in the network */
  readonly cameraSearch?: CameraSearch | undefined
  /** changes cameras */
  readonly cameras?: CameraDirectory | undefined
  /** what is recorded */
  readonly recordings?: RecordingLibrary | undefined
}

export interface ApiService extends Service {
  /** after the start */
  readonly port: number
  /** on the very first start: the admin that was made */
  readonly firstLogin: { readonly user: string; readonly password: string } | undefined
}

const routes: readonly Routes[] = [
  systemRoutes,
  sessionRoutes,
  alertRoutes,
  silenceRoutes,
  falseMarkRoutes,
  ledgerRoutes,
  ticketRoutes,
  cameraSearchRoutes,
  cameraRoutes,
  cameraChangeRoutes,
  deviceRoutes,
  liveRoutes,
  modelRoutes,
  recordingRoutes,
  seriesRoutes,
  evidenceRoutes,
  eventRoutes,
  uploadRoutes,
]

const version = (
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8')) as { version: string }
).version

export function createApiService(deps: Kernel, config: Config, wiring: ApiWiring): ApiService {
  let http: Http | undefined
  let commands: Commands | undefined
  let hub: EventHub | undefined
  let projection: Subscription | undefined
  let port = 0
  let firstLogin: ApiService['firstLogin']

  return {
    name: 'api',
    level: 'sink',
    get port() {
      return port
    },
    get firstLogin() {
      return firstLogin
    },
    async start(signal) {
      const room = await deps.database.room<ApiTables>('api', apiMigrations)
      const accounts = createAccounts(
        { room, clock: deps.clock },
        { ...config.api, adminToken: config.http.adminToken },
      )
      hub = createEventHub(deps, { backlog: config.api.streamBacklog })
      commands = createCommands(deps, config.api)
      const context: RouteContext = {
        ...deps,
        ...wiring,
        config,
        version,
        organisation: loadOrganisation(config.organisation),
        accounts,
        audit: createAudit({ room, clock: deps.clock }),
        commands,
        views: createViews(room),
        hub,
        frames: createLatestFrames(),
      }
      http = await createHttp(deps, config, version)
      authenticate(http as never, accounts)
      for (const add of routes) add(http, context)
      signal.throwIfAborted()
      projection = await project({ bus: deps.bus, room })
      await commands.start()
      await hub.start()
      await hub.follow(undefined, context.frames.take)
      port = await listen(http, config)
      firstLogin = await accounts.firstLogin()
    },
    async stop() {
      await http?.close()
      await Promise.all([hub?.stop(), commands?.stop()])
      await projection?.stop()
    },
  }
}

async function listen(http: Http, { bind, http: { port } }: Config): Promise<number> {
  try {
    await http.listen({ host: bind, port })
    return (http.server.address() as AddressInfo).port
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause
    throw new AppError(
      'QLY_PORT_IN_USE',
      `port ${port} is taken by another program; set http.port or QLY_HTTP_PORT (0: any free one)`,
      { cause },
    )
  }
}
