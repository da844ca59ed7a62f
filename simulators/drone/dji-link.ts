// The dock's line to the cloud: envelopes with tid and bid, events that are sent again until answered, requests, answers to services.
import { randomUUID } from 'node:crypto'
import type { MqttDevice } from '../device/mqtt-device.ts'
import type { SimulatorDeps } from '../simulator.ts'

export interface DjiLink {
  /** osd and state of the dock or of its aircraft */
  push(sn: string, channel: 'osd' | 'state', data: Record<string, unknown>): void
  /** An event; with `needReply` it is sent again with the same tid until it is answered (at most three times). Resolves with true once answered. */
  event(
    method: string,
    data: Record<string, unknown>,
    options?: { needReply?: boolean; bid?: string },
  ): Promise<boolean>
  /** A request; resolves with data of the reply, or undefined after 10 s. */
  request(method: string, data: Record<string, unknown>): Promise<Record<string, unknown> | undefined>
  /** `sys/product/{dock}/status` */
  status(data: Record<string, unknown>): Promise<boolean>
}

export interface ServiceAnswer {
  /** 0 is ok */
  readonly result: number
  readonly output?: Record<string, unknown>
}

const answerMs = 10_000
const tries = 3

export function createDjiLink(
  deps: SimulatorDeps,
  device: MqttDevice,
  dock: string,
  serve: (method: string, data: Record<string, unknown>) => ServiceAnswer,
): DjiLink {
  const waiting = new Map<string, (data: Record<string, unknown>) => void>()
  const envelope = (
    method: string | undefined,
    data: Record<string, unknown>,
    tid: string,
    bid: string,
    more: object = {},
  ) =>
    JSON.stringify({
      tid,
      bid,
      timestamp: deps.clock.now(),
      gateway: dock,
      ...(method ? { method } : {}),
      ...more,
      data,
    })

  for (const channel of [
    `thing/product/${dock}/events_reply`,
    `thing/product/${dock}/requests_reply`,
    `sys/product/${dock}/status_reply`,
  ])
    device.subscribe(channel, (_topic, payload) => {
      const reply = parse(payload)
      if (typeof reply?.tid === 'string') waiting.get(reply.tid)?.(asObject(reply.data))
    })
  device.subscribe(`thing/product/${dock}/services`, (_topic, payload) => {
    const call = parse(payload)
    if (typeof call?.method !== 'string') return
    const { result, output } = serve(call.method, asObject(call.data))
    const data = { result, ...(output ? { output } : {}) }
    void device.publish(
      `thing/product/${dock}/services_reply`,
      envelope(call.method, data, String(call.tid), String(call.bid)),
    )
  })
  device.subscribe(`thing/product/${dock}/property/set`, (_topic, payload) => {
    const call = parse(payload)
    if (!call) return
    const data = Object.fromEntries(Object.keys(asObject(call.data)).map((name) => [name, { result: 0 }]))
    void device.publish(
      `thing/product/${dock}/property/set_reply`,
      envelope(undefined, data, String(call.tid), String(call.bid)),
    )
  })

  /** Sends, and sends the very same bytes again while no answer comes. */
  async function ask(
    topic: string,
    tid: string,
    payload: string,
    times: number,
  ): Promise<Record<string, unknown> | undefined> {
    const answered = Promise.withResolvers<Record<string, unknown>>()
    waiting.set(tid, answered.resolve)
    try {
      for (let sent = 0; sent < times; sent++) {
        if (!(await device.publish(topic, payload))) return undefined
        const patience = new AbortController()
        const answer = await Promise.race([
          answered.promise,
          deps.clock.sleep(answerMs, patience.signal).catch(() => undefined),
        ])
        patience.abort()
        if (answer) return answer
      }
      return undefined
    } finally {
      waiting.delete(tid)
    }
  }

  return {
    push(sn, channel, data) {
      void device.publish(`thing/product/${sn}/${channel}`, envelope(undefined, data, randomUUID(), randomUUID()))
    },
    async event(method, data, { needReply = false, bid = randomUUID() } = {}) {
      const tid = randomUUID()
      const topic = `thing/product/${dock}/events`
      const payload = envelope(method, data, tid, bid, { need_reply: needReply ? 1 : 0 })
      return needReply ? (await ask(topic, tid, payload, tries)) !== undefined : device.publish(topic, payload)
    },
    async request(method, data) {
      const tid = randomUUID()
      return ask(`thing/product/${dock}/requests`, tid, envelope(method, data, tid, randomUUID()), 1)
    },
    async status(data) {
      const tid = randomUUID()
      return (
        (await ask(`sys/product/${dock}/status`, tid, envelope('update_topo', data, tid, randomUUID()), tries)) !==
        undefined
      )
    },
  }
}

function parse(payload: Buffer): Record<string, unknown> | undefined {
  try {
    return asObject(JSON.parse(payload.toString('utf8')))
  } catch {
    return undefined
  }
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
