// The wire format of protobuf, as much as reading needs. Untrusted bytes: every length is checked, nothing is copied.

export interface WireField {
  readonly number: number
  /** a varint or fixed number as it is; the bytes of a string, packed list or message */
  readonly value: number | Uint8Array
  /** all bytes of the field, with its tag */
  readonly raw: Uint8Array
}

/** The fields of one message, in their order. Throws RangeError where the bytes end too early or are no protobuf. */
export function* fieldsOf(bytes: Uint8Array): Generator<WireField> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const varint = (): number => {
    let [value, factor] = [0, 1]
    for (let length = 0; length < 10; length++) {
      if (at >= bytes.length) throw new RangeError('a number is cut off')
      const byte = bytes[at++] as number
      value += (byte & 0x7f) * factor
      factor *= 128
      if (byte < 0x80) return value
    }
    throw new RangeError('a number has more than ten bytes')
  }
  const skip = (length: number): number => {
    const start = at
    if (length > bytes.length - at) throw new RangeError(`${length} bytes are announced, ${bytes.length - at} are left`)
    at += length
    return start
  }
  while (at < bytes.length) {
    const from = at
    const tag = varint()
    const number = Math.floor(tag / 8)
    if (number === 0) throw new RangeError('a field has the number 0')
    switch (tag % 8) {
      case 0:
        yield { number, value: varint(), raw: bytes.subarray(from, at) }
        break
      case 1:
        yield { number, value: view.getFloat64(skip(8), true), raw: bytes.subarray(from, at) }
        break
      case 2: {
        const length = varint()
        const start = skip(length)
        yield { number, value: bytes.subarray(start, start + length), raw: bytes.subarray(from, at) }
        break
      }
      case 5:
        yield { number, value: view.getFloat32(skip(4), true), raw: bytes.subarray(from, at) }
        break
      default:
        throw new RangeError(`wire type ${tag % 8} is none of protobuf`)
    }
  }
}

const decoder = new TextDecoder()
export const textOf = (value: WireField['value'] | undefined): string =>
  value instanceof Uint8Array ? decoder.decode(value) : ''
export const numberOf = (value: WireField['value'] | undefined): number => (typeof value === 'number' ? value : 0)
export const bytesOf = (value: WireField['value'] | undefined): Uint8Array =>
  value instanceof Uint8Array ? value : new Uint8Array()
