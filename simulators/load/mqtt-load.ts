// MQTT load over raw sockets: so many devices, each with a window of unacknowledged QoS 1 readings. Counts what was acknowledged, and how late.
import { connect, type Socket } from 'node:net'
import type { SimulatorDeps } from '../simulator.ts'
import { connectPacket, createPacketCounter, publishPacket } from './mqtt-packets.ts'

export interface LoadOptions {
  readonly host: string
  readonly port: number
  /** who sends; each has one connection */
  readonly devices: readonly { readonly id: string; readonly password: string; readonly kind: string }[]
  /** messages in all */
  readonly messages: number
  /** unacknowledged messages of a device at most */
  readonly window?: number
  /** size of a payload in bytes */
  readonly bytes?: number
}

export interface LoadResult {
  readonly sent: number
  readonly acknowledged: number
  readonly seconds: number
  readonly perSecond: number
  /** milliseconds from sending to PUBACK */
  readonly latency: { readonly p50: number; readonly p99: number }
}

/** Resolves once all are acknowledged, or the connections are lost (then fewer are). Rejects if a login is refused. */
export async function runMqttLoad(deps: Pick<SimulatorDeps, 'clock'>, options: LoadOptions): Promise<LoadResult> {
  const { host, port, devices, messages, window = 64, bytes = 300 } = options
  const latencies: number[] = []
  let sent = 0
  let acknowledged = 0
  const began = deps.clock.monotonic()

  const drive = async (device: LoadOptions['devices'][number]) => {
    const socket = connect(port, host)
    socket.setNoDelay(true)
    await loggedIn(socket, device)
    const topic = `qly/v1/${device.kind}/${device.id}/readings`
    const sentAt = new Map<number, number>()
    let packetId = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    const fill = () => {
      const batch: Buffer[] = []
      while (sentAt.size < window && sent < messages) {
        packetId = (packetId % 65_535) + 1
        sent++
        sentAt.set(packetId, deps.clock.monotonic())
        batch.push(publishPacket(topic, packetId, reading(sent, bytes, deps.clock.now())))
      }
      if (batch.length > 0) socket.write(Buffer.concat(batch))
      else if (sentAt.size === 0) resolve()
    }
    const counter = createPacketCounter((type, high, low) => {
      if (type !== 4) return
      const at = sentAt.get((high << 8) | low)
      if (at === undefined) return
      sentAt.delete((high << 8) | low)
      acknowledged++
      latencies.push(deps.clock.monotonic() - at)
    })
    socket.on('data', (data) => {
      counter.push(data as Buffer)
      fill()
    })
    socket.once('close', () => resolve())
    fill()
    await promise
    socket.destroy()
  }

  await Promise.all(devices.map(drive))
  const seconds = (deps.clock.monotonic() - began) / 1000
  latencies.sort((a, b) => a - b)
  const at = (share: number) =>
    Number((latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0).toFixed(2))
  return {
    sent,
    acknowledged,
    seconds: Number(seconds.toFixed(2)),
    perSecond: Math.round(acknowledged / seconds),
    latency: { p50: at(0.5), p99: at(0.99) },
  }
}

function loggedIn(socket: Socket, device: { id: string; password: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('close', () => reject(new Error(`${device.id}: the broker closed the connection`)))
    const counter = createPacketCounter((type, _flags, code) => {
      if (type !== 2) return
      socket.removeAllListeners('data').removeAllListeners('close')
      if (code === 0) resolve()
      else reject(new Error(`${device.id}: the broker refused the login (code ${code})`))
    })
    socket.on('data', (data) => counter.push(data as Buffer))
    socket.write(connectPacket(device.id, device.id, device.password, 60))
  })
}

/** A reading as JSON, filled up to the wanted size. */
function reading(sequence: number, bytes: number, at: number): Buffer {
  const body = {
    id: `load-${sequence}`,
    at: new Date(at).toISOString(),
    values: { noise_la: 50 + (sequence % 100) / 10 },
    pad: '',
  }
  const size = JSON.stringify(body).length
  return Buffer.from(JSON.stringify({ ...body, pad: 'x'.repeat(Math.max(0, bytes - size)) }))
}
