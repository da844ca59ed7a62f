// The reader takes any bytes in any pieces: it never throws, finds the same items however they are cut, and answers what it cannot read with a status.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  createRtspReader,
  header,
  interleavedHeader,
  type RtspItem,
  writeRequest,
  writeResponse,
} from './rtsp-message.ts'

const read = (...pieces: (Buffer | string)[]): RtspItem[] => {
  const reader = createRtspReader()
  return pieces.flatMap((piece) => reader.push(Buffer.from(piece as string)))
}

const describeRequest = writeRequest('DESCRIBE', 'rtsp://h/cam', [
  ['CSeq', '2'],
  ['Accept', 'application/sdp'],
])

describe('the RTSP reader', () => {
  it('reads requests, responses, bodies and interleaved packets in one stream', () => {
    const items = read(
      Buffer.concat([
        describeRequest,
        interleavedHeader(3, 5),
        Buffer.from('hello'),
        writeResponse(200, 'OK', [['CSeq', '2']], 'v=0\r\n'),
        writeRequest('ANNOUNCE', 'rtsp://h/cam', [['CSeq', '3']], 'body'),
      ]),
    )
    expect(items.map((item) => item.kind)).toEqual(['request', 'data', 'response', 'request'])
    expect(items[0]).toMatchObject({ method: 'DESCRIBE', url: 'rtsp://h/cam' })
    expect(items[1]).toMatchObject({ channel: 3, payload: Buffer.from('hello') })
    expect(items[2]).toMatchObject({ status: 200, reason: 'OK', body: Buffer.from('v=0\r\n') })
    expect(items[3]).toMatchObject({ body: Buffer.from('body') })
  })

  it('keeps repeated and folded headers, whatever their case', () => {
    const [item] = read('OPTIONS * RTSP/1.0\r\ncseq: 1\r\nX: a\r\n  b\r\nx: c\r\n\r\n')
    if (item?.kind !== 'request') throw new Error('no request')
    expect(item.headers.get('x')).toEqual(['a b', 'c'])
    expect(header(item.headers, 'cseq')).toBe('1')
  })

  it.each([
    ['GET / HTTP/1.1\r\n\r\n', 400],
    ['DESCRIBE rtsp://h/cam RTSP/2.0\r\nCSeq: 1\r\n\r\n', 505],
    ['DESCRIBE  RTSP/1.0\r\n\r\n', 400],
    ['describe rtsp://h/cam RTSP/1.0\r\n\r\n', 400],
    ['OPTIONS * RTSP/1.0\r\nno colon\r\n\r\n', 400],
    ['OPTIONS * RTSP/1.0\r\n: empty\r\n\r\n', 400],
    ['OPTIONS * RTSP/1.0\r\nA: \u0001\r\n\r\n', 400],
    ['OPTIONS * RTSP/1.0\r\n folded first\r\n\r\n', 400],
    ['OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n', 400],
    ['OPTIONS * RTSP/1.0\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n', 400],
    ['OPTIONS * RTSP/1.0\r\nContent-Length: 99999999\r\n\r\n', 413],
    [`OPTIONS * RTSP/1.0\r\nA: ${'x'.repeat(9000)}\r\n\r\n`, 400],
    [`OPTIONS * RTSP/1.0\r\n${'A: b\r\n'.repeat(65)}\r\n`, 400],
    ['x'.repeat(8193), 400],
  ])('answers %j with %i and reads no more', (text, status) => {
    expect(read(text, describeRequest)).toEqual([expect.objectContaining({ kind: 'fault', status })])
  })

  it('finds the same items however the bytes are cut', () => {
    const bytes = Buffer.concat([
      describeRequest,
      interleavedHeader(0, 3),
      Buffer.from([0x24, 0x0d, 0x0a]),
      writeRequest('ANNOUNCE', 'rtsp://h/c', [['CSeq', '9']], 'v=0\r\n\r\n'),
    ])
    const whole = read(bytes)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 12 }), (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), bytes.length]
        const pieces = edges.slice(1).map((end, index) => bytes.subarray(edges[index], end))
        expect(read(...pieces)).toEqual(whole)
      }),
    )
  })

  it('never throws and never keeps more than a message: random bytes, and good messages with bytes changed', () => {
    const good = Buffer.concat([describeRequest, interleavedHeader(1, 2), Buffer.from('ab'), describeRequest])
    const mutated = fc
      .array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 20 })
      .map((changes) => {
        const bytes = Buffer.from(good)
        for (const [index, value] of changes) bytes[index] = value
        return bytes
      })
    const random = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes))
    fc.assert(
      fc.property(fc.array(fc.oneof(random, mutated), { maxLength: 6 }), (pieces) => {
        const faults = read(...pieces).filter((item) => item.kind === 'fault')
        expect(faults.length).toBeLessThanOrEqual(1)
      }),
      { numRuns: 3000 },
    )
  })
})
