// The few MQTT 3.1.1 packets that a load needs, written once and sent again: far cheaper than a full client.

/** Remaining length as MQTT writes it (§2.2.3). */
export function remainingLength(length: number): number[] {
  const bytes: number[] = []
  let rest = length
  do {
    const byte = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? byte | 0x80 : byte)
  } while (rest > 0)
  return bytes
}

export function connectPacket(clientId: string, user: string, password: string, keepaliveSeconds: number): Buffer {
  const body = Buffer.concat([
    text('MQTT'),
    // level 4; user name, password, clean session
    Buffer.from([4, 0xc2, keepaliveSeconds >> 8, keepaliveSeconds & 0xff]),
    text(clientId),
    text(user),
    text(password),
  ])
  return Buffer.concat([Buffer.from([0x10, ...remainingLength(body.length)]), body])
}

/** A PUBLISH with QoS 1. */
export function publishPacket(topic: string, packetId: number, payload: Buffer): Buffer {
  const body = Buffer.concat([text(topic), Buffer.from([packetId >> 8, packetId & 0xff]), payload])
  return Buffer.concat([Buffer.from([0x32, ...remainingLength(body.length)]), body])
}

export interface PacketCounter {
  /** Takes bytes as they come; calls back per whole packet with its type (2 CONNACK, 4 PUBACK) and its first two bytes after the header. */
  push(bytes: Buffer): void
}

export function createPacketCounter(onPacket: (type: number, first: number, second: number) => void): PacketCounter {
  let rest = Buffer.alloc(0)
  return {
    push(bytes) {
      let buffer = rest.length === 0 ? bytes : Buffer.concat([rest, bytes])
      for (;;) {
        const header = readHeader(buffer)
        if (!header || buffer.length < header.start + header.length) break
        onPacket((buffer[0] ?? 0) >> 4, buffer[header.start] ?? 0, buffer[header.start + 1] ?? 0)
        buffer = buffer.subarray(header.start + header.length)
      }
      rest = Buffer.from(buffer)
    },
  }
}

function readHeader(buffer: Buffer): { start: number; length: number } | undefined {
  let length = 0
  for (let index = 1, factor = 1; index < 5; index++, factor *= 128) {
    const byte = buffer[index]
    if (byte === undefined) return undefined
    length += (byte & 0x7f) * factor
    if ((byte & 0x80) === 0) return { start: index + 1, length }
  }
  return undefined
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes])
}
