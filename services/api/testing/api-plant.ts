// A running API on the embedded engines, and how tests ask it: as an admin, as somebody else, or without a credential.
import path from 'node:path'
import { parseConfig } from '../../kernel/config/load-config.ts'
import { startTestKernel } from '../../kernel/testing/test-kernel.ts'
import { createApiService } from '../api-service.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const adminToken = 'test-admin-token-0123456789'

export type ApiPlant = Awaited<ReturnType<typeof startApiPlant>>
type CallOptions = RequestInit & { token?: string | null }

export async function startApiPlant() {
  const kernel = await startTestKernel()
  const config = parseConfig(
    `cameras: [{ id: cam-1, name: A, source: "rtsp://user:secret@10.0.0.9/s", location: [120.588, 31.327] }]
organisation: ${path.join(root, 'infra/huqiu/organisation.yaml')}
http: { port: 0, adminToken: ${adminToken}, loginsPerMinute: 1000, requestsPerMinute: 100000 }
api: { commandTimeoutMs: 300 }`,
    'test',
  )
  const state = { ready: Promise.resolve() }
  const open = async () => {
    const service = createApiService(kernel, config, { check: () => state.ready })
    await service.start(new AbortController().signal)
    return service
  }
  let api = await open()
  const url = (route: string) => `http://127.0.0.1:${api.port}${route}`
  async function call(route: string, options: CallOptions = {}) {
    const { token = adminToken, ...init } = options
    const headers = new Headers(init.headers)
    if (token !== null) headers.set('authorization', `Bearer ${token}`)
    const response = await fetch(url(route), { ...init, headers })
    const text = await response.text()
    // biome-ignore lint/suspicious/noExplicitAny: answers of many routes
    const body: any = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
    return { status: response.status, body, headers: response.headers }
  }
  return {
    kernel,
    config,
    /** `ready`: what /readyz asks */
    state,
    adminToken,
    get api() {
      return api
    },
    url,
    call,
    post: (route: string, body: unknown, token?: string | null) =>
      call(route, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
        ...(token === undefined ? {} : { token }),
      }),
    async restart() {
      await api.stop()
      api = await open()
    },
    async stop() {
      await api.stop()
      await kernel.stop()
    },
  }
}
