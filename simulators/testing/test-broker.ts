// A real MQTT 3.1.1 broker in this process for tests: aedes on a free port, with the passwords that a test gives, recording what is published.
import { createServer } from 'node:net'
import { Aedes } from 'aedes'

export interface TestBroker {
  readonly url: string
  readonly published: { topic: string; payload: Buffer; retain: boolean; client: string }[]
  /** Resolves with the first message that fits, of those already published or still to come. */
  next(
    fits: (message: { topic: string; payload: Buffer }) => boolean,
  ): Promise<{ topic: string; payload: Buffer; retain: boolean; client: string }>
  send(topic: string, body: unknown): Promise<void>
  /** Names of the clients that are connected. */
  clients(): string[]
  close(): Promise<void>
}

export async function startTestBroker(passwords: Readonly<Record<string, string>>): Promise<TestBroker> {
  const broker = await Aedes.createBroker()
  const names = new Set<string>()
  const published: TestBroker['published'] = []
  const waiting: {
    fits: (message: { topic: string; payload: Buffer }) => boolean
    resolve: (message: TestBroker['published'][number]) => void
  }[] = []
  broker.authenticate = (_client, user, password, done) => done(null, passwords[user ?? ''] === password?.toString())
  broker.on('client', (client) => void names.add(client.id))
  broker.on('clientDisconnect', (client) => void names.delete(client.id))
  broker.on('publish', (packet, client) => {
    if (packet.topic.startsWith('$SYS')) return
    const message = {
      topic: packet.topic,
      payload: Buffer.from(packet.payload),
      retain: packet.retain,
      client: client?.id ?? '',
    }
    published.push(message)
    for (const item of waiting.splice(0)) {
      if (item.fits(message)) item.resolve(message)
      else waiting.push(item)
    }
  })
  const server = createServer((socket) => void broker.handle(socket))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  return {
    url: `mqtt://127.0.0.1:${port}`,
    published,
    next(fits) {
      const seen = published.find(fits)
      return seen ? Promise.resolve(seen) : new Promise((resolve) => waiting.push({ fits, resolve }))
    },
    send: (topic, body) =>
      new Promise((resolve, reject) =>
        broker.publish(
          { cmd: 'publish', topic, payload: Buffer.from(JSON.stringify(body)), qos: 1, retain: false, dup: false },
          (error) => (error ? reject(error) : resolve()),
        ),
      ),
    clients: () => [...names],
    async close() {
      await new Promise<void>((resolve) => broker.close(() => resolve()))
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
