// For tests: a proxy before InfluxDB that counts writes, holds their answers back, fails them or cuts the connection.
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

export interface FaultyProxy {
  readonly url: string
  readonly writes: { readonly lines: number; readonly gzipped: boolean }[]
  /** writes that were answered */
  readonly answered: number
  /** From now on writes fail with that status, or by cutting the connection; `undefined`: they pass. */
  failWrites(how: number | 'cut' | undefined): void
  /** From now on answers to writes wait for `release`. */
  holdWrites(): void
  /** Lets `count` held answers go; without a count all of them and all to come. */
  release(count?: number): void
  close(): Promise<void>
}

export async function createFaultyProxy(target: string): Promise<FaultyProxy> {
  const writes: { lines: number; gzipped: boolean }[] = []
  const held: (() => void)[] = []
  let failing: number | 'cut' | undefined
  let holding = false
  let answered = 0

  const forward = (incoming: IncomingMessage, body: Buffer, outgoing: ServerResponse) => {
    const { method, headers } = incoming
    const passed = httpRequest(`${target}${incoming.url}`, { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    passed.end(body)
  }
  const server = createServer(async (incoming, outgoing) => {
    const body = await buffer(incoming)
    if (!incoming.url?.startsWith('/api/v2/write')) return forward(incoming, body, outgoing)
    if (failing === 'cut') return void incoming.socket.destroy()
    if (failing) return void outgoing.writeHead(failing).end('{"message":"made to fail"}')
    const gzipped = incoming.headers['content-encoding'] === 'gzip'
    const text = (gzipped ? gunzipSync(body) : body).toString()
    writes.push({ lines: text.split('\n').filter((line) => line !== '').length, gzipped })
    if (holding) await new Promise<void>((resolve) => held.push(resolve))
    outgoing.once('finish', () => answered++)
    forward(incoming, body, outgoing)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    writes,
    get answered() {
      return answered
    },
    failWrites(how) {
      failing = how
    },
    holdWrites() {
      holding = true
    },
    release(count) {
      if (count === undefined) holding = false
      for (const go of held.splice(0, count ?? held.length)) go()
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
