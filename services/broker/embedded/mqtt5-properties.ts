// Properties of MQTT 5 (§2.2.2.2): reads those of a PUBLISH without a parser for the whole packet, since that is the hot path.

export interface PublishProperties {
  readonly contentType?: string
  readonly topicAlias?: number
  readonly userProperties?: Readonly<Record<string, string | readonly string[]>>
}

type Shape = 'byte' | 'two' | 'four' | 'varying' | 'text' | 'pair'

/** Identifier → shape, as table 2-4 gives them; binary data is read as text is: two bytes of length, then the bytes. */
const shapes: Readonly<Record<number, Shape>> = {
  1: 'byte',
  2: 'four',
  3: 'text',
  8: 'text',
  9: 'text',
  11: 'varying',
  17: 'four',
  18: 'text',
  19: 'two',
  21: 'text',
  22: 'text',
  23: 'byte',
  24: 'four',
  25: 'byte',
  26: 'text',
  28: 'text',
  31: 'text',
  33: 'two',
  34: 'two',
  35: 'two',
  36: 'byte',
  37: 'byte',
  38: 'pair',
  39: 'four',
  40: 'byte',
  41: 'byte',
  42: 'byte',
}

/** A variable byte integer: its value and where it ends; undefined if it is cut off or has more than four bytes. */
export function readVarying(bytes: Buffer, at: number): { value: number; end: number } | undefined {
  let value = 0
  for (let index = 0; index < 4; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) return undefined
    value += (byte & 0x7f) * 128 ** index
    if ((byte & 0x80) === 0) return { value, end: at + index + 1 }
  }
  return undefined
}

export function writeVarying(value: number): Buffer {
  const bytes: number[] = []
  let rest = value
  do {
    const byte = rest % 128
    rest = Math.floor(rest / 128)
    bytes.push(rest > 0 ? byte | 0x80 : byte)
  } while (rest > 0)
  return Buffer.from(bytes)
}

/** The properties between `at` and `end`; undefined where they are malformed. */
export function readPublishProperties(bytes: Buffer, at: number, end: number): PublishProperties | undefined {
  const found: { contentType?: string; topicAlias?: number; userProperties?: Record<string, string | string[]> } = {}
  let place = at
  const text = (): string | undefined => {
    if (place + 2 > end) return undefined
    const stop = place + 2 + bytes.readUInt16BE(place)
    if (stop > end) return undefined
    const value = bytes.toString('utf8', place + 2, stop)
    place = stop
    return value
  }
  while (place < end) {
    const identifier = bytes[place++] ?? 0
    const shape = shapes[identifier]
    if (shape === undefined) return undefined
    if (shape === 'text') {
      const value = text()
      if (value === undefined) return undefined
      if (identifier === 3) found.contentType = value
    } else if (shape === 'pair') {
      const name = text()
      const value = text()
      if (name === undefined || value === undefined) return undefined
      found.userProperties ??= Object.create(null) as Record<string, string | string[]>
      const before = found.userProperties[name]
      found.userProperties[name] = before === undefined ? value : [before, value].flat()
    } else if (shape === 'varying') {
      const varying = readVarying(bytes, place)
      if (!varying || varying.end > end) return undefined
      place = varying.end
    } else {
      const size = shape === 'byte' ? 1 : shape === 'two' ? 2 : 4
      if (place + size > end) return undefined
      if (identifier === 35) found.topicAlias = bytes.readUInt16BE(place)
      place += size
    }
  }
  return found
}
