// Reports of a model in shadow through the API: added up over cameras and time, a redelivery changes nothing.
import path from 'node:path'
import { expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { type ShadowCompared, shadowComparedV1 } from '../contracts/events/shadow-compared-v1.ts'
import { parseConfig } from '../kernel/config/load-config.ts'
import { startTestKernel } from '../kernel/testing/test-kernel.ts'
import { createApiService } from './api-service.ts'

const root = path.resolve(import.meta.dirname, '../..')
const token = 'test-admin-token-0123456789'

it('GET /api/v1/models/{name}/shadow adds up what cameras told of the newest file', async () => {
  const kernel = await startTestKernel()
  const config = parseConfig(
    `cameras: []
organisation: ${path.join(root, 'infra/huqiu/organisation.yaml')}
http: { port: 0, adminToken: ${token} }`,
    'test',
  )
  const api = createApiService(kernel, config, { check: async () => undefined })
  await api.start(new AbortController().signal)
  try {
    const told = (cameraId: string, to: string, agreed: number, more: Partial<ShadowCompared> = {}) => {
      const labels = { car: { agreed, onlyOld: 10, onlyNew: 30, overlap: 0.8 } }
      const data = { ...shadowComparedV1.example, cameraId, to, labels, ...more }
      const event = createEvent(shadowComparedV1, { source: `/vision/${cameraId}`, id: to, time: to }, data)
      return { topic: 'qly.detection.v1' as const, event }
    }
    const again = told('b', '2020-06-28T06:10:00.000Z', 60)
    await kernel.bus.publish([
      told('a', '2020-06-28T05:00:00.000Z', 999, { model: 'street-2@00000000' }),
      told('a', '2020-06-28T06:05:00.000Z', 40),
      again,
      again,
    ])
    const ask = (name: string) =>
      fetch(`http://127.0.0.1:${api.port}/api/v1/models/${name}/shadow`, {
        headers: { authorization: `Bearer ${token}` },
      })
    await expect
      .poll(async () => ((await (await ask('street-2')).json()) as { frames?: number }).frames, { timeout: 10_000 })
      .toBe(2960)
    const report = (await (await ask('street-2')).json()) as Record<string, unknown>
    expect(report).toMatchObject({
      model: 'street-2@1a2b3c4d',
      to: '2020-06-28T06:10:00.000Z',
      labels: { car: { agreed: 100, onlyOld: 20, onlyNew: 60, agreement: 0.556, overlap: 0.8 } },
      cameras: { a: { labels: { car: { agreed: 40 } } }, b: { labels: { car: { agreed: 60 } } } },
      samples: [{ cameraId: expect.any(String) }, { cameraId: expect.any(String) }],
    })
    expect((await ask('unheard-of')).status).toBe(404)
  } finally {
    await api.stop()
    await kernel.stop()
  }
})
