import fc from 'fast-check'
import { generate } from 'mqtt-packet'
import { describe, expect, it } from 'vitest'
import { createFrameGate, type OversizedPublish } from './frame-gate.ts'

const limits = { maximumPublishBytes: 2000, maximumOtherBytes: 500, keptBytes: 600 }
const publish = (topic: string, payload: Buffer, qos: 0 | 1 = 1) =>
  generate({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, messageId: 7 })

function open(wholeFrames = false) {
  const passed: Buffer[] = []
  const oversized: OversizedPublish[] = []
  const gate = createFrameGate({
    ...limits,
    wholeFrames,
    onBytes: (bytes) => passed.push(bytes),
    onOversized: (each) => oversized.push(each),
  })
  return { gate, passed, oversized }
}

describe('the gate over MQTT frames', () => {
  it('passes sound frames unchanged and skips oversized ones, wherever the stream is cut', () => {
    const small = publish('a/b', Buffer.from('small'))
    const large = publish('qly/v1/river/r1/readings', Buffer.alloc(5000, 0x61))
    const ping = generate({ cmd: 'pingreq' })
    const stream = Buffer.concat([small, large, ping, small, large, small])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 3000 })), fc.boolean(), (sizes, wholeFrames) => {
        const { gate, passed, oversized } = open(wholeFrames)
        let at = 0
        for (const size of [...sizes, stream.length]) {
          expect(gate.push(stream.subarray(at, at + size))).toBeUndefined()
          at += size
        }
        expect(Buffer.concat(passed)).toEqual(Buffer.concat([small, ping, small, small]))
        if (wholeFrames) expect(passed).toHaveLength(4)
        expect(oversized).toHaveLength(2)
        expect(oversized[0]).toMatchObject({
          topic: 'qly/v1/river/r1/readings',
          qos: 1,
          messageId: 7,
          payloadBytes: 5000,
        })
        expect(oversized[0]?.payload.every((byte) => byte === 0x61)).toBe(true)
      }),
    )
  })

  it('closes on other packets above their limit and on a remaining length of five bytes', () => {
    expect(open().gate.push(Buffer.concat([Buffer.from([0x10, 0xff, 0x7f]), Buffer.alloc(10)]))).toMatch(/type 1/)
    expect(open().gate.push(Buffer.from([0x30, 0xff, 0xff, 0xff, 0xff, 0x01]))).toMatch(/four bytes/)
  })

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 400 })), (chunks) => {
        const { gate } = open(true)
        for (const chunk of chunks) gate.push(Buffer.from(chunk))
      }),
    )
  })
})
