// Mutations of RTSP traffic that a seed decides: of bytes, which mostly break the framing, and of words, lines and numbers, which mostly keep it.
import { interleavedHeader } from '../../../services/media/rtsp/rtsp-message.ts'
import type { Random } from '../../../simulators/random.ts'

const numbers = ['0', '-1', '1', '255', '256', '65535', '65536', '4294967295', '99999999999', '1e9', 'NaN', ' ', '007']
const words = [
  '',
  '*',
  '/',
  '..',
  '%00',
  'rtsp://',
  'RTP/AVP/TCP',
  'multicast',
  'interleaved=',
  'trackID=99',
  'streamid=0',
  'H264',
  '\u0000',
  '\ud83d',
  'é',
]
const methods = [
  'OPTIONS',
  'DESCRIBE',
  'ANNOUNCE',
  'SETUP',
  'RECORD',
  'PLAY',
  'PAUSE',
  'TEARDOWN',
  'GET_PARAMETER',
  'REDIRECT',
  'GET',
]

/** A mutated copy, at most 64 KiB and a few bytes. */
export function mutate(random: Random, good: Buffer, all: readonly Buffer[]): Buffer {
  let bytes = good
  for (let times = 1 + random.integer(3); times > 0; times--) {
    const gentle = random.chance(0.8)
    if (!gentle) bytes = mutateBytes(random, bytes, all)
    else bytes = bytes[0] === 0x24 ? mutatePacket(random, bytes, all) : mutateText(random, bytes)
  }
  return bytes.subarray(0, 66_000)
}

/** Bytes changed, cut out, put in, doubled; or spliced with another message. */
export function mutateBytes(random: Random, good: Buffer, all: readonly Buffer[]): Buffer {
  const bytes = Buffer.from(good)
  const at = random.integer(bytes.length + 1)
  switch (random.integer(7)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
      return bytes
    case 1:
      for (let count = random.integer(16); count > 0; count--)
        if (bytes.length > 0) bytes[random.integer(bytes.length)] = random.integer(256)
      return bytes
    case 2:
      return bytes.subarray(0, at)
    case 3:
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(bytes.length, at + random.integer(32)))])
    case 4:
      return Buffer.concat([
        bytes.subarray(0, at),
        Buffer.alloc(random.chance(0.02) ? 70_000 : random.integer(64), random.integer(256)),
        bytes.subarray(at),
      ])
    case 5:
      return Buffer.concat([bytes.subarray(0, at), random.pick(all)])
    default:
      return Buffer.concat([bytes, bytes.subarray(0, at)])
  }
}

/** Another packet in a frame that is right. */
function mutatePacket(random: Random, good: Buffer, all: readonly Buffer[]): Buffer {
  const bytes = mutateBytes(random, good.subarray(4), all).subarray(0, 65_535)
  return Buffer.concat([
    interleavedHeader(random.chance(0.9) ? (good[1] ?? 0) : random.integer(256), bytes.length),
    bytes,
  ])
}

/** Methods, numbers, words and lines changed; the length of the body mostly made to fit again. */
function mutateText(random: Random, good: Buffer): Buffer {
  const text = good.toString('latin1')
  const split = text.indexOf('\r\n\r\n')
  if (split < 0) return good
  let head = text.slice(0, split).split('\r\n')
  let body = text.slice(split + 4).split('\r\n')
  const inBody = body.length > 1 && random.chance(0.5)
  const changed = changeLines(random, inBody ? body : head)
  if (inBody) body = changed
  else head = changed
  const whole = body.join('\r\n')
  const fitting = random.chance(0.95)
  if (fitting) {
    head = head.filter((line) => !/^content-length/i.test(line))
    if (whole !== '') head.push(`Content-Length: ${Buffer.byteLength(whole, 'latin1')}`)
  }
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${whole}`, 'latin1')
}

function changeLines(random: Random, given: readonly string[]): string[] {
  const lines = [...given]
  const at = random.integer(lines.length)
  const line = lines[at] ?? ''
  switch (random.integer(6)) {
    case 0:
      lines[at] = line.replace(/^\w+/, random.pick(methods))
      return lines
    case 1: {
      const found = [...line.matchAll(/\d+/g)]
      const one = found.length > 0 ? random.pick(found) : undefined
      if (one) lines[at] = line.slice(0, one.index) + random.pick(numbers) + line.slice(one.index + one[0].length)
      return lines
    }
    case 2: {
      const place = random.integer(line.length + 1)
      lines[at] = line.slice(0, place) + random.pick(words) + line.slice(place + random.integer(8))
      return lines
    }
    case 3:
      lines.splice(at, at === 0 ? 0 : 1)
      return lines
    case 4:
      lines.splice(at + 1, 0, ...Array<string>(1 + random.integer(random.chance(0.05) ? 100 : 3)).fill(line))
      return lines
    default:
      lines[at] = random.chance(0.05) ? line.repeat(40).slice(0, 9000) : ` ${line}`
      return lines
  }
}
