// A street camera against our own RTSP server that is away, comes, and goes.
import { createServer } from 'node:net'
import { Value } from 'typebox/value'
import { afterEach, describe, expect, it } from 'vitest'
import { RtspConfig } from '../../services/contracts/config/engines.ts'
import { systemClock } from '../../services/kernel/clock/system-clock.ts'
import { silentLogger } from '../../services/kernel/logging/logger.ts'
import { createMetrics } from '../../services/kernel/metrics/metrics.ts'
import { createRtspServer, type RtspServer } from '../../services/media/rtsp-server/rtsp-server.ts'
import { quiet } from '../testing/quiet.ts'
import { createStreetCamera } from './street-camera.ts'
import { addressOf } from './street-cameras.ts'
import { streets } from './streets/all-streets.ts'

const servers: RtspServer[] = []
let camera: ReturnType<typeof createStreetCamera> | undefined
afterEach(async () => {
  await camera?.stop()
  for (const server of servers.splice(0)) await server.stop()
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

/** Listens on the port and resolves once the camera publishes with its credential. */
async function serverWithCamera(port: number): Promise<RtspServer> {
  const deps = { clock: systemClock, logger: silentLogger, registry: createMetrics() }
  const server = createRtspServer(
    deps,
    { ...(Value.Default(RtspConfig, {}) as RtspConfig), port, bind: '127.0.0.1' },
    {
      verify: ({ action, path, user, matches }) =>
        action === 'publish' && path === 'lane' && user === 'lane' && matches('p@ss:word'),
    },
  )
  servers.push(server)
  await server.start()
  await server.nextPublication('lane', AbortSignal.timeout(15_000))
  return server
}

describe('a street camera', () => {
  it('publishes once the server is there, and again after it was gone', async () => {
    const port = await freePort()
    let refused: () => void = () => {}
    const waiting = new Promise<void>((resolve) => {
      refused = resolve
    })
    const logger = { ...quiet.logger, warn: () => refused() }
    // scripts may hold any password: it is written into the address percent-encoded
    const url = addressOf(`rtsp://127.0.0.1:${port}`, 'lane', 'p@ss:word')
    camera = createStreetCamera({ ...quiet, logger }, { id: 'lane', script: streets.backLane, url })
    await camera.start()
    await waiting
    const first = await serverWithCamera(port)
    expect([...first.streams.keys()]).toEqual(['lane'])
    await first.stop()
    const second = await serverWithCamera(port)
    expect([...second.streams.keys()]).toEqual(['lane'])
    await camera.stop()
    camera = undefined
  }, 40_000)
})
