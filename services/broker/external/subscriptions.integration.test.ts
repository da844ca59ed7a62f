// Sessions at a real broker: filters of an earlier configuration are given back, and two processes with one name are told.
import { randomUUID } from 'node:crypto'
import mqtt from 'mqtt'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { DeviceMessage } from '../../contracts/device-messages.ts'
import { systemClock } from '../../kernel/clock/system-clock.ts'
import { parseConfig } from '../../kernel/config/load-config.ts'
import type { Logger } from '../../kernel/logging/logger.ts'
import { silentLogger } from '../../kernel/logging/logger.ts'
import { createMetrics } from '../../kernel/metrics/metrics.ts'
import { createBrokerMetrics } from '../broker-metrics.ts'
import { createExternalBroker } from './external-broker.ts'
import type { FilterMemory } from './subscriptions.ts'

const url = process.env.QLY_TEST_MQTT_URL ?? ''
const ends: (() => Promise<unknown>)[] = []

beforeAll(() => {
  if (url === '') throw new Error('QLY_TEST_MQTT_URL is not set: start the servers with `npm run servers -- up`')
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function rememberedFilters(): FilterMemory & { filters: readonly string[] } {
  const memory = {
    filters: [] as readonly string[],
    load: async () => [...memory.filters],
    save: async (filters: readonly string[]) => {
      memory.filters = filters
    },
  }
  return memory
}

async function open(
  external: { clientId: string; group: string; protocol?: string },
  memory: FilterMemory,
  logger: Logger = silentLogger,
) {
  const config = parseConfig(`cameras: []\nmqtt: { url: "${url}", external: ${JSON.stringify(external)} }`, 'test')
  const messages: DeviceMessage[] = []
  const waiting = new Set<() => void>()
  const metrics = createBrokerMetrics(createMetrics())
  const sink = async (message: DeviceMessage) => {
    messages.push(message)
    for (const look of waiting) look()
  }
  const broker = createExternalBroker({ clock: systemClock, logger, metrics, sink }, { ...config.mqtt, url }, [])
  await broker.start(memory)
  ends.push(() => broker.stop())
  return {
    broker,
    payloads: (topic: string) => messages.filter((each) => each.topic === topic).map(({ payload }) => String(payload)),
    seen: (payload: string) =>
      new Promise<void>((resolve) => {
        const look = () => {
          if (messages.some((each) => String(each.payload) === payload)) resolve()
        }
        waiting.add(look)
        look()
      }),
  }
}

it.each([
  ['shared', 'plain', ''],
  ['plain', 'shared', `later-${randomUUID()}`],
  ['shared', 'another shared', `later-${randomUUID()}`],
])('a session that was %s and is %s now gets every message once', async (before, _now, group) => {
  // groups of their own: kept sessions of tests before would get a share
  const earlier = `earlier-${randomUUID()}`
  const session = { clientId: `t-${randomUUID()}`, group: before === 'plain' ? '' : earlier }
  const topic = `qly/v1/river/${randomUUID().slice(0, 8)}/readings`
  const device = await mqtt.connectAsync(url, { clientId: `d-${randomUUID()}` })
  ends.push(() => device.endAsync(true))
  const memory = rememberedFilters()
  const first = await open(session, memory)
  await device.publishAsync(topic, 'first', { qos: 1 })
  await first.seen('first')
  await first.broker.stop()
  await device.publishAsync(topic, 'between', { qos: 1 })

  const second = await open({ ...session, group }, memory)
  const shared = (filter: string) => filter.startsWith('$share/')
  await vi.waitFor(() => {
    expect(memory.filters.some((filter) => filter.startsWith(`$share/${earlier}/`))).toBe(false)
    expect(memory.filters.every(shared) || !memory.filters.some(shared)).toBe(true)
  })
  for (const payload of ['1', '2', '3', 'last']) await device.publishAsync(topic, payload, { qos: 1 })
  await second.seen('last')
  expect(second.payloads(topic)).toEqual(['between', '1', '2', '3', 'last'])
})

it.each(['3.1.1', '5'])('two processes with one name: the error says what to set (MQTT %s)', async (protocol) => {
  const session = { clientId: `t-${randomUUID()}`, group: `both-${randomUUID()}`, protocol }
  const error = vi.fn()
  const logger = { ...silentLogger, info: vi.fn(), warn: vi.fn(), error } as unknown as Logger
  await open(session, rememberedFilters(), logger)
  await open(session, rememberedFilters())
  await vi.waitFor(
    () =>
      expect(error).toHaveBeenCalledWith(
        { clientId: session.clientId },
        expect.stringContaining('set mqtt.external.clientId'),
      ),
    { timeout: 20_000 },
  )
})
