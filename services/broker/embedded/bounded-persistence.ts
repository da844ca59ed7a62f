// aedes' memory of sessions with a bound: what waits for a client that is away, or does not acknowledge, is counted, and a client over its limit
// loses its session. And a short way for what devices publish, which nobody may subscribe to.
import memory from 'aedes-persistence'

export interface SessionStoreOptions {
  readonly maximumQueueMessages: number
  /** Topics outside are never matched against subscriptions. */
  readonly isDownlink: (topic: string) => boolean
  /** A client has more waiting than it may; its session is gone. */
  readonly onOverflow: (clientId: string, messages: number) => void
}

interface Client {
  readonly id: string
}
interface QueuedPacket {
  readonly messageId?: number
}
interface Subscription {
  readonly clientId: string
  readonly topic: string
}

/** The parts of aedes' asynchronous persistence that are looked after here. */
interface SessionMemory {
  subscriptionsByTopic(topic: string): Promise<readonly Subscription[]>
  subscriptionsByClient(client: Client): Promise<readonly { topic: string }[]>
  cleanSubscriptions(client: Client): Promise<void>
  outgoingEnqueue(client: { clientId: string }, packet: QueuedPacket): Promise<void>
  outgoingEnqueueCombi(clients: readonly Subscription[], packet: QueuedPacket): Promise<void>
  outgoingClearMessageId(client: Client, packet: QueuedPacket): Promise<QueuedPacket | undefined>
  incomingGetPacket(client: Client, packet: QueuedPacket): Promise<QueuedPacket>
}

export type SessionStore = SessionMemory & {
  /** Drops subscriptions and queue of a client. */
  forget(clientId: string): Promise<void>
  /** messages that wait for clients, in all */
  readonly queued: number
  /** sessions that are kept though their client is away, or have something waiting */
  readonly kept: number
}

const none: Promise<readonly Subscription[]> = Promise.resolve([])

export function createSessionStore(options: SessionStoreOptions): SessionStore {
  // a CommonJS module: its default import is the function itself
  const inner = (memory as unknown as () => SessionMemory)()
  const counts = new Map<string, number>()
  let queued = 0

  const count = (clientId: string, change: number): number => {
    const now = Math.max(0, (counts.get(clientId) ?? 0) + change)
    queued += now - (counts.get(clientId) ?? 0)
    if (now === 0) counts.delete(clientId)
    else counts.set(clientId, now)
    return now
  }

  const overflow = (clientId: string, messages: number) => {
    options.onOverflow(clientId, messages)
    return forget(clientId)
  }

  const forget = async (clientId: string) => {
    await inner.cleanSubscriptions({ id: clientId })
    // without a message id the oldest goes, and so on until none is left
    while (counts.has(clientId)) {
      const gone = await store.outgoingClearMessageId({ id: clientId }, {})
      if (!gone) break
    }
    count(clientId, -(counts.get(clientId) ?? 0))
  }

  const own = {
    forget,
    subscriptionsByTopic: (topic: string) => (options.isDownlink(topic) ? inner.subscriptionsByTopic(topic) : none),
    async outgoingEnqueue({ clientId }: { clientId: string }, packet: QueuedPacket) {
      await inner.outgoingEnqueue({ clientId }, packet)
      const messages = count(clientId, 1)
      if (messages > options.maximumQueueMessages) await overflow(clientId, messages)
    },
    async outgoingEnqueueCombi(subscriptions: readonly Subscription[], packet: QueuedPacket) {
      if (subscriptions.length === 0) return
      await inner.outgoingEnqueueCombi(subscriptions, packet)
      for (const { clientId } of subscriptions) {
        const messages = count(clientId, 1)
        if (messages > options.maximumQueueMessages) await overflow(clientId, messages)
      }
    },
    async outgoingClearMessageId(client: Client, packet: QueuedPacket) {
      const gone = await inner.outgoingClearMessageId(client, packet)
      if (gone) count(client.id, -1)
      return gone
    },
  }
  const store: SessionStore = Object.create(inner, {
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, { value, enumerable: true }])),
    queued: { get: () => queued },
    kept: { get: () => counts.size },
  }) as SessionStore
  return store
}
