// Starts services in order (engines first, sources last) and stops them the other way round, level by level, with a hard deadline.
import { asAppError } from '../../contracts/errors.ts'
import type { Clock } from '../clock/clock.ts'
import type { Logger } from '../logging/logger.ts'
import { type Service, shutdownLevels } from './service.ts'

export interface RunningServices {
  /** Stops everything once; resolves with the names of services that failed or did not stop in time. */
  stop(): Promise<string[]>
  /** Resolves if every service works; rejects with the first reason. */
  check(): Promise<void>
}

export interface RunOptions {
  /** after this time what has not stopped is given up (design.md: Ctrl-C drains and exits within 5 s) */
  readonly shutdownDeadlineMs: number
}

/** Starts all services. If one cannot start, those already started are stopped again and its error is thrown. */
export async function runServices(
  services: readonly Service[],
  deps: { clock: Clock; logger: Logger },
  options: RunOptions,
  signal: AbortSignal = new AbortController().signal,
): Promise<RunningServices> {
  const started: Service[] = []
  let stopping: Promise<string[]> | undefined
  const stop = () => (stopping ??= stopAll(started, deps, options))
  const startOrder = [...services].sort((a, b) => shutdownLevels.indexOf(b.level) - shutdownLevels.indexOf(a.level))
  for (const service of startOrder) {
    try {
      signal.throwIfAborted()
      started.push(service)
      await service.start(signal)
      deps.logger.debug({ service: service.name }, 'started')
    } catch (error) {
      await stop()
      throw asAppError(error)
    }
  }
  return {
    stop,
    async check() {
      await Promise.all(services.map((service) => service.check?.()))
    },
  }
}

/** What each later level is still given when an earlier one has used up the time: engines must be able to flush. */
const graceMs = 250

async function stopAll(
  started: readonly Service[],
  { clock, logger }: { clock: Clock; logger: Logger },
  { shutdownDeadlineMs }: RunOptions,
): Promise<string[]> {
  const failed: string[] = []
  const end = clock.monotonic() + shutdownDeadlineMs
  for (const [index, level] of shutdownLevels.entries()) {
    const later = shutdownLevels.length - 1 - index
    const limit = Math.max(graceMs, end - clock.monotonic() - later * graceMs)
    const cancelled = new AbortController()
    const deadline = clock.sleep(limit, cancelled.signal).then(
      () => 'late' as const,
      () => 'late' as const,
    )
    const atLevel = started.filter((service) => service.level === level)
    await Promise.all(
      atLevel.map(async (service) => {
        const stopped = service.stop().then(
          () => 'stopped' as const,
          (error: unknown) => asAppError(error),
        )
        const outcome = await Promise.race([stopped, deadline])
        if (outcome === 'stopped') return
        failed.push(service.name)
        if (outcome === 'late') logger.warn({ service: service.name }, 'did not stop in time')
        else logger.warn({ service: service.name, err: outcome }, 'failed to stop')
      }),
    )
    cancelled.abort()
  }
  return failed
}
