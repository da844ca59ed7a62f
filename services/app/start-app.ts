// Starts the whole system, or some roles of it, and hands back what is needed to reach and stop it. Tests use it in-process.
import { roles as allRoles, type Config, type Role } from '../contracts/config/config.ts'
import { AppError } from '../contracts/errors.ts'
import type { Clock } from '../kernel/clock/clock.ts'
import { systemClock } from '../kernel/clock/system-clock.ts'
import { loadConfig } from '../kernel/config/load-config.ts'
import { type RunningServices, runServices } from '../kernel/lifecycle/run-services.ts'
import { createLogger, type Logger, type LogLevel } from '../kernel/logging/logger.ts'
import { createMetrics } from '../kernel/metrics/metrics.ts'
import { type Composition, compose } from './compose.ts'
import { createEngines } from './engines.ts'
import { demoConfig, withSimulatedCity } from './simulated-city.ts'

export interface AppOptions {
  readonly configFile: string | undefined
  readonly roles: ReadonlySet<Role> | undefined
  readonly environment: NodeJS.ProcessEnv
  /** people watch: log lines for people, else JSON lines */
  readonly interactive: boolean
  /** aborted: stop */
  readonly signal: AbortSignal
  readonly logger?: Logger
  readonly clock?: Clock
}

export interface App {
  readonly config: Config
  readonly logger: Logger
  readonly roles: ReadonlySet<Role>
  readonly composition: Composition
  readonly startedInMs: number
  stop(): Promise<void>
  /** resolves when everything has stopped */
  readonly stopped: Promise<void>
  exitCode(): number
}

/** Ctrl-C drains and exits within 5 s: the services get a little less. */
const shutdownDeadlineMs = 4500

export async function startApp(options: AppOptions): Promise<App> {
  const begun = performance.now()
  const config = configuration(options)
  const roles = wantedRoles(options.roles, config)
  const clock = options.clock ?? systemClock
  const logger = options.logger ?? createLogger({ level: logLevel(options, config), pretty: options.interactive })
  const registry = createMetrics({ processMetrics: true })
  const engines = createEngines({ clock, logger, registry }, config)
  let running: RunningServices | undefined
  const check = async () => {
    if (!running) throw new AppError('QLY_STORAGE_UNAVAILABLE', 'still starting')
    await running.check()
  }
  const composition = compose(engines.kernel, config, roles, check)
  const services = [...engines.services, ...composition.services]
  running = await runServices(services, { clock, logger }, { shutdownDeadlineMs }, options.signal)

  let failed: string[] = []
  const { promise: stopped, resolve } = Promise.withResolvers<void>()
  const stop = async () => {
    failed = (await running?.stop()) ?? []
    logger.info({ failed }, failed.length === 0 ? 'stopped' : 'stopped, but not everything in time')
    resolve()
  }
  if (options.signal.aborted) void stop()
  else options.signal.addEventListener('abort', () => void stop(), { once: true })
  const startedInMs = performance.now() - begun
  return {
    config,
    logger,
    roles,
    composition,
    startedInMs,
    stop,
    stopped,
    exitCode: () => (failed.length === 0 ? 0 : 1),
  }
}

function configuration({ configFile, environment }: AppOptions): Config {
  const config = configFile === undefined ? demoConfig(environment) : loadConfig(configFile, environment)
  return config.simulators.enabled ? withSimulatedCity(config) : config
}

/** The demonstration on a terminal stays quiet, so that the address and the login are not swept away. */
function logLevel({ interactive, configFile, environment }: AppOptions, { logging }: Config): LogLevel {
  const asked = configFile !== undefined || environment.QLY_LOG_LEVEL !== undefined
  return interactive && !asked ? 'warn' : logging.level
}

function wantedRoles(wanted: ReadonlySet<Role> | undefined, config: Config): ReadonlySet<Role> {
  const roles = wanted ?? new Set(allRoles)
  const apart = roles.has('media') !== roles.has('vision') && !roles.has('eyes')
  if (apart && config.vision.frames !== 'bus') {
    throw new AppError(
      'QLY_CONFIG_INVALID',
      'media and vision can be processes of their own only with vision.frames: bus; use the role eyes, which is both',
    )
  }
  if (apart && config.bus.engine === 'embedded') {
    throw new AppError(
      'QLY_CONFIG_INVALID',
      'media and vision in two processes meet on the bus, and the embedded one lives in one process: set bus.engine to kafka',
    )
  }
  const shared = [...roles].length < allRoles.length && wanted !== undefined
  if (shared && config.bus.engine === 'embedded' && !roles.has('api')) {
    throw new AppError(
      'QLY_CONFIG_INVALID',
      'these roles need other processes, but the embedded bus lives in one: set bus.engine to kafka (QLY_BUS=kafka, QLY_KAFKA_BROKERS=…)',
    )
  }
  return roles
}
