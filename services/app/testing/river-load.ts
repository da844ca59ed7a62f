// A load whose right outcome is known: river stations that send readings without pause, each rising over its warning level once.
// What the broker acknowledged is written down; `account` then holds the system to it.
import mqtt, { type MqttClient } from 'mqtt'
import type { Alert } from '../../contracts/events/alert-changed-v1.ts'
import type { Ticket } from '../../contracts/events/ticket-changed-v1.ts'
import type { AppProcess } from './app-process.ts'

export interface RiverLoadOptions {
  readonly stations: number
  /** readings a second of each station */
  readonly perSecond: number
}

interface Station {
  readonly id: string
  readonly password: string
  /** the reading with which it rises over the warning level */
  readonly risesAt: number
  client?: MqttClient | undefined
  next: number
  readonly acknowledged: Set<number>
}

/** over the warning level of 3.8 m by a hand (domain notes §3.3), and well below it */
const [flood, calm] = [4.14, 3.1]

export type RiverLoad = ReturnType<typeof createRiverLoad>

export function createRiverLoad({ stations: count, perSecond }: RiverLoadOptions) {
  const begun = Date.now()
  const stations: Station[] = Array.from({ length: count }, (_, index) => ({
    id: `river-${String(index).padStart(2, '0')}`,
    password: `river-secret-${index}`,
    risesAt: 20 + index * 15,
    next: 0,
    acknowledged: new Set(),
  }))
  let timer: NodeJS.Timeout | undefined
  let url = ''

  /** Connects a station; a client that cannot is left to try again by itself. */
  function connect(station: Station): void {
    station.client?.end(true)
    const options = {
      username: station.id,
      password: station.password,
      clientId: station.id,
      reconnectPeriod: 100,
      clean: true,
    }
    station.client = mqtt.connect(url, { ...options, connectTimeout: 5000 })
    station.client.on('error', () => {})
  }

  function send(station: Station): void {
    if (!station.client?.connected) return
    const number = station.next++
    const values = { water_level: number >= station.risesAt ? flood : calm + (number % 7) / 100, sequence: number }
    const at = new Date(begun + number * 1000).toISOString()
    const payload = JSON.stringify({ id: `${station.id}-${number}`, at, values })
    station.client.publish(`qly/v1/river/${station.id}/readings`, payload, { qos: 1 }, (error) => {
      if (!error) station.acknowledged.add(number)
    })
  }

  return {
    /** for the configuration: half a kilometre and more apart, so that each is a case of its own */
    devices: stations.map(({ id, password }, index) => ({
      id,
      kind: 'river',
      password,
      location: [120.562 + (index % 5) * 0.01, 31.308 + Math.floor(index / 5) * 0.01],
    })),

    /** Sends to this app from now on; called again after every restart. */
    aim(app: Pick<AppProcess, 'mqttUrl'>): void {
      url = app.mqttUrl
      for (const station of stations) connect(station)
      timer ??= setInterval(() => stations.forEach(send), 1000 / perSecond)
    },

    acknowledged: () => stations.reduce((sum, { acknowledged }) => sum + acknowledged.size, 0),

    /** Whether every station has risen and was heard saying so. */
    complete: () =>
      stations.every(
        ({ risesAt, acknowledged }) => [...acknowledged].filter((number) => number >= risesAt).length >= 10,
      ),

    async stop(): Promise<void> {
      clearInterval(timer)
      timer = undefined
      await Promise.all(stations.map(({ client }) => client?.endAsync()))
    },

    end(): void {
      clearInterval(timer)
      for (const { client } of stations) client?.end(true)
    },

    /** What is missing or double; empty when all is as it must be. Asks once: call it until the backlog has drained. */
    async account(app: AppProcess): Promise<string[]> {
      const faults: string[] = []
      const storedBy = await storedNumbers(app, begun)
      for (const station of stations) {
        const stored = storedBy.get(station.id) ?? new Set()
        const lost = [...station.acknowledged].filter((number) => !stored.has(number))
        if (lost.length > 0)
          faults.push(
            `${station.id}: ${lost.length} of ${station.acknowledged.size} acknowledged readings are lost, e.g. ${lost[0]}`,
          )
      }
      const alerts = await everything<Alert>(app, '/api/v1/alerts?kind=water_level&limit=200')
      const tickets = await everything<Ticket>(app, '/api/v1/tickets?category=04082&limit=200')
      for (const { id } of stations) {
        const mine = alerts.filter(({ source }) => source.device === id)
        if (mine.length !== 1) faults.push(`${id}: ${mine.length} alerts`)
        const cases = tickets.filter(({ alertIds }) => mine.some((alert) => alertIds.includes(alert.id)))
        if (cases.length !== 1) faults.push(`${id}: ${cases.length} tickets`)
        if (mine[0] && mine[0].ticketId !== cases[0]?.id)
          faults.push(`${id}: the alert names ticket ${mine[0].ticketId}`)
      }
      if (tickets.length !== stations.length) faults.push(`${tickets.length} tickets for ${stations.length} stations`)
      return faults
    },
  }
}

/** The sequence numbers in the time series, by device. */
async function storedNumbers(app: AppProcess, begun: number): Promise<Map<string, Set<number>>> {
  const from = new Date(begun - 1000).toISOString()
  const to = new Date(begun + 24 * 3_600_000).toISOString()
  const query = `measurement=reading&field=sequence&from=${from}&to=${to}&limit=100000`
  const { items } = await app.get<{ items: { tags: { deviceId: string }; samples: { value: number }[] }[] }>(
    `/api/v1/series?${query}`,
  )
  return new Map(items.map(({ tags, samples }) => [tags.deviceId, new Set(samples.map(({ value }) => value))]))
}

async function everything<Item>(app: AppProcess, route: string): Promise<Item[]> {
  const items: Item[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { items: Item[]; nextCursor: string | null } = await app.get(
      `${route}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    )
    items.push(...page.items)
    cursor = page.nextCursor
  }
  return items
}
