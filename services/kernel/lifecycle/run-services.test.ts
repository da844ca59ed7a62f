import { describe, expect, it } from 'vitest'
import { AppError } from '../../contracts/errors.ts'
import { createManualClock } from '../clock/manual-clock.ts'
import { systemClock } from '../clock/system-clock.ts'
import { silentLogger } from '../logging/logger.ts'
import { runServices } from './run-services.ts'
import type { Service, ShutdownLevel } from './service.ts'

const deps = { clock: systemClock, logger: silentLogger }
const options = { shutdownDeadlineMs: 5000 }

function recorder() {
  const log: string[] = []
  const service = (name: string, level: ShutdownLevel, extra: Partial<Service> = {}): Service => ({
    name,
    level,
    start: async () => void log.push(`+${name}`),
    stop: async () => void log.push(`-${name}`),
    ...extra,
  })
  return { log, service }
}

describe('running services', () => {
  it('starts engines first and sources last, and stops the other way round, once', async () => {
    const { log, service } = recorder()
    const running = await runServices(
      [service('broker', 'source'), service('alerts', 'drain'), service('bus', 'engine'), service('recorder', 'sink')],
      deps,
      options,
    )
    expect(log).toEqual(['+bus', '+recorder', '+alerts', '+broker'])
    await Promise.all([running.stop(), running.stop()])
    expect(log.slice(4)).toEqual(['-broker', '-alerts', '-recorder', '-bus'])
  })

  it('stops what had started when one cannot start, and says why', async () => {
    const { log, service } = recorder()
    const broken = service('broker', 'source', {
      start: () => Promise.reject(new AppError('QLY_PORT_IN_USE', 'port 1883 is taken')),
    })
    await expect(runServices([service('bus', 'engine'), broken], deps, options)).rejects.toMatchObject({
      code: 'QLY_PORT_IN_USE',
    })
    expect(log).toEqual(['+bus', '-broker', '-bus'])
  })

  it('gives up on a service that does not stop, and names it', async () => {
    const { service } = recorder()
    const clock = createManualClock()
    const stuck = service('eyes', 'source', { stop: () => new Promise(() => {}) })
    const running = await runServices([stuck, service('bus', 'engine')], { clock, logger: silentLogger }, options)
    const stopped = running.stop()
    await clock.advance(5000)
    expect(await stopped).toEqual(['eyes'])
  })

  it('is not ready while one service is not', async () => {
    const { service } = recorder()
    const running = await runServices(
      [service('bus', 'engine', { check: () => Promise.reject(new AppError('QLY_BUS_UNAVAILABLE', 'no broker')) })],
      deps,
      options,
    )
    await expect(running.check()).rejects.toMatchObject({ code: 'QLY_BUS_UNAVAILABLE' })
  })
})
