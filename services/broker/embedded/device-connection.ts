// The stream that aedes reads and writes instead of the socket: bounds packets, translates MQTT 5, watches the keepalive, never lets a slow reader
// hold up others, and says goodbye. One for each connection.
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Clock } from '../../kernel/clock/clock.ts'
import { createFrameGate, type FrameGate, type OversizedPublish } from './frame-gate.ts'
import type { PublishProperties } from './mqtt5-properties.ts'
import { createMqtt5Translator, type Mqtt5Translator, reasons } from './mqtt5-translator.ts'

export interface ConnectionOptions {
  readonly maximumPayloadBytes: number
  /** bytes that may wait for this client; above half, QoS 0 is dropped; above all, it is disconnected */
  readonly maximumQueueBytes: number
  readonly receiveMaximum: number
}

export interface ConnectionDeps {
  readonly clock: Clock
  readonly onOversized: (connection: DeviceConnection, publish: OversizedPublish) => void
  /** the bus has too much to write: read no more */
  readonly congested: () => boolean
  /** this client does not read what it subscribed to, and was disconnected */
  readonly onSlow: () => void
}

/** what a PUBLISH adds to its payload at most: topic, identifiers, properties */
const publishOverhead = 65_535 + 8 + 65_536
const maximumOtherBytes = 262_144
const keptOfOversized = 262_144 + publishOverhead

export class DeviceConnection extends Duplex {
  /** who logged in; set by the authenticator */
  principal: string | undefined
  readonly remoteAddress: string
  /** why it ended, for logs and presence */
  endReason: string | undefined
  readonly #socket: Socket
  readonly #deps: ConnectionDeps
  readonly #options: ConnectionOptions
  readonly #gate: FrameGate
  #translator: Mqtt5Translator | undefined
  #fromBroker: FrameGate | undefined
  #first = true
  #begun = false
  #lastByteAt: number
  #cancelKeepalive: (() => void) | undefined
  #paused = false
  readonly #acknowledged: number[] = []
  readonly #flush = () => {
    const ids = this.#acknowledged.splice(0)
    if (ids.length === 0) return
    this.#translator?.acknowledged(ids.length)
    const bytes = Buffer.allocUnsafe(ids.length * 4)
    let at = 0
    for (const id of ids) {
      at = bytes.writeUInt16BE(0x4002, at)
      at = bytes.writeUInt16BE(id, at)
    }
    this.writePacket(bytes)
  }

  constructor(socket: Socket, deps: ConnectionDeps, options: ConnectionOptions) {
    super({ allowHalfOpen: false, readableHighWaterMark: 65_536, writableHighWaterMark: options.maximumQueueBytes })
    this.#socket = socket
    this.#deps = deps
    this.#options = options
    this.#lastByteAt = deps.clock.now()
    this.remoteAddress = socket.remoteAddress ?? ''
    this.#gate = createFrameGate({
      maximumPublishBytes: options.maximumPayloadBytes + publishOverhead,
      maximumOtherBytes,
      keptBytes: keptOfOversized,
      wholeFrames: true,
      onBytes: (bytes) => this.#received(bytes),
      onOversized: (publish) => deps.onOversized(this, publish),
    })
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 30_000)
    socket.on('data', (chunk: Buffer) => {
      this.#lastByteAt = deps.clock.now()
      // whoever does not begin with CONNECT speaks something else
      const fault = !this.#begun && (chunk[0] ?? 0) >> 4 !== 1 ? 'not MQTT' : this.#gate.push(chunk)
      this.#begun = true
      if (fault !== undefined) this.disconnect(fault, reasons.packetTooLarge)
    })
    socket.on('end', () => this.disconnect('connection closed by the client'))
    socket.on('error', (error) => this.disconnect(error.message))
    socket.on('close', () => this.disconnect('connection lost'))
  }

  get version5(): boolean {
    return this.#translator !== undefined
  }

  /** bytes that wait for the client to read */
  get waitingBytes(): number {
    return this.#socket.writableLength
  }

  takeProperties(): PublishProperties | undefined {
    return this.#translator?.takeProperties()
  }

  /** The MQTT 5 reason that the coming refusal of CONNECT stands for. */
  refuseWith(reason: number): void {
    if (this.#translator) this.#translator.refusal = reason
  }

  /** Ends the connection from our side: an MQTT 5 client is told why. */
  disconnect(why: string, reason?: number): void {
    if (this.destroyed) return
    this.endReason ??= why
    if (this.#acknowledged.length > 0) this.#flush()
    if (reason !== undefined && this.#translator) this.#socket.write(this.#translator.goodbye(reason))
    this.destroy()
  }

  /** Tells an MQTT 5 client why it will be disconnected; the end itself comes from aedes. */
  farewell(why: string, reason: number): void {
    this.endReason ??= why
    if (this.#translator) this.writePacket(this.#translator.goodbye(reason))
  }

  /** PUBACK, past aedes: those of one turn go out together. The same bytes in both versions (success, no properties). */
  acknowledge(messageId: number): void {
    if (this.#acknowledged.length === 0) setImmediate(this.#flush)
    this.#acknowledged.push(messageId)
  }

  /** Writes a packet of our own, past aedes; must be the same bytes in both versions. */
  writePacket(bytes: Buffer): void {
    if (!this.destroyed) this.#socket.write(bytes)
  }

  /** Ends the connection if the client is silent for 1.5 × keepalive (MQTT 3.1.1 §3.1.2.10); not while we ourselves do not read. */
  watchKeepalive(seconds: number): void {
    if (seconds <= 0) return
    const limit = seconds * 1500
    const look = () => {
      if (this.destroyed) return
      if (this.#paused) this.#lastByteAt = this.#deps.clock.now()
      const left = limit - (this.#deps.clock.now() - this.#lastByteAt)
      if (left <= 0) this.disconnect(`silent for 1.5 × its keepalive of ${seconds} s`, reasons.keepAliveTimeout)
      else this.#cancelKeepalive = this.#deps.clock.after(left, look)
    }
    look()
  }

  /** Reads on after a congestion. */
  relieve(): void {
    if (this.#paused && this.readableLength < this.readableHighWaterMark) this.#setPaused(false)
  }

  override _read(): void {
    if (this.#paused && !this.#deps.congested()) this.#setPaused(false)
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error) => void): void {
    this.#fromAedes(chunk)
    done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#fromAedes(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    done()
  }

  override _final(done: (error?: Error) => void): void {
    this.#socket.end()
    done()
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#cancelKeepalive?.()
    this.endReason ??= error?.message ?? 'disconnected'
    // what was written already, a refusal above all, still goes out
    this.#socket.destroySoon()
    done(error)
  }

  #setPaused(paused: boolean): void {
    this.#paused = paused
    if (paused) this.#socket.pause()
    else this.#socket.resume()
  }

  #received(bytes: Buffer): void {
    if (this.#first) this.#firstFrame(bytes)
    else if (this.#translator) this.#translator.fromClient(bytes)
    else this.#toAedes(bytes)
  }

  /** CONNECT says the version; MQTT 3 goes on byte by byte, which costs nothing. */
  #firstFrame(frame: Buffer): void {
    this.#first = false
    if (protocolLevel(frame) === 5) {
      this.#gate.version5 = true
      this.#translate()
      this.#translator?.fromClient(frame)
    } else {
      this.#gate.wholeFrames = false
      this.#toAedes(frame)
    }
  }

  #translate(): void {
    const { maximumPayloadBytes, maximumQueueBytes, receiveMaximum } = this.#options
    this.#translator = createMqtt5Translator({
      maximumPacketSize: maximumPayloadBytes + publishOverhead,
      receiveMaximum,
      topicAliasMaximum: 64,
      maximumQueueBytes,
      toBroker: (bytes) => this.#toAedes(bytes),
      toClient: (bytes) => this.#toSocket(bytes),
      close: (why) => this.disconnect(why),
    })
    this.#fromBroker = createFrameGate({
      maximumPublishBytes: Number.POSITIVE_INFINITY,
      maximumOtherBytes: Number.POSITIVE_INFINITY,
      keptBytes: 0,
      wholeFrames: true,
      onBytes: (frame) => this.#translator?.fromBroker(frame),
      onOversized: () => undefined,
    })
  }

  #toAedes(bytes: Buffer): void {
    if (this.destroyed) return
    const more = this.push(bytes)
    if (!more || this.#deps.congested()) this.#setPaused(true)
  }

  #fromAedes(bytes: Buffer): void {
    if (this.#fromBroker) this.#fromBroker.push(bytes)
    else this.#toSocket(bytes)
  }

  #toSocket(bytes: Buffer): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    this.#socket.write(bytes)
    if (this.#socket.writableLength > this.#options.maximumQueueBytes) {
      this.endReason ??= 'does not read what it subscribed to'
      this.#deps.onSlow()
      this.#socket.destroy()
    }
  }
}

/** Protocol level in a CONNECT frame (3, 4 or 5), from its place behind the protocol name. */
function protocolLevel(frame: Buffer): number | undefined {
  if ((frame[0] ?? 0) >> 4 !== 1) return undefined
  let at = 1
  while (((frame[at] ?? 0) & 0x80) !== 0 && at < 5) at++
  const name = at + 1
  return frame.length < name + 2 ? undefined : frame[name + 2 + frame.readUInt16BE(name)]
}
