// A file for one size of picture becomes one for any; everything else in it stays; damage is met with an error, never with a hang.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { knownModel } from '../../testing/family-onnx.ts'
import { integer, model, node, onnxTypes, valueInfo } from '../../testing/onnx-writer.ts'
import { pixelModel } from '../../testing/tiny-onnx.ts'
import { readOnnx } from './onnx-file.ts'
import { withOpenAxes } from './open-axes.ts'

describe('opening the axes of a graph', () => {
  it('opens height and width of the picture, and keeps the rest', () => {
    const fixed = pixelModel()
    const { inputs, outputs, ...rest } = readOnnx(withOpenAxes(fixed, 'nhwc'))
    expect(inputs).toEqual([{ name: 'image', type: 'uint8', shape: [1, 'height', 'width', 3] }])
    expect(outputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['boxes', undefined],
      ['scores', undefined],
    ])
    const { inputs: _, outputs: __, ...before } = readOnnx(fixed)
    expect(rest).toEqual(before)
  })

  it('leaves out what the file says of shapes inside, and opens planes as well', () => {
    const graph = model([
      [1, node('Cast', ['x'], 'm', integer('to', onnxTypes.float32))],
      [1, node('Identity', ['m'], 'y')],
      [11, valueInfo('x', 'uint8', [1, 3, 64, 96])],
      [12, valueInfo('y', 'float32', [1, 3, 64, 96])],
      [13, valueInfo('m', 'float32', [1, 3, 64, 96])],
    ])
    const opened = withOpenAxes(graph, 'nchw')
    expect(readOnnx(opened).inputs[0]?.shape).toEqual([1, 3, 'height', 'width'])
    expect(Buffer.from(opened).includes(Buffer.from(valueInfo('m', 'float32', [1, 3, 64, 96])))).toBe(false)
  })

  it('leaves a graph whose axes are open as it is', () => {
    const open = knownModel(
      [{ shape: [1, 3, 'h', 'w'] }],
      { y: { type: 'float32', shape: [1, 6, 3], values: new Array(18).fill(0) } },
      {},
    )
    expect(withOpenAxes(open, 'nchw')).toBe(open)
  })

  it('answers to any damage with a file or a RangeError', () => {
    const whole = pixelModel()
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), (changes, length) => {
        const bytes = whole.slice(0, length)
        for (const { at, byte } of changes) bytes[at] = byte
        try {
          expect(withOpenAxes(bytes, 'nhwc')).toBeInstanceOf(Uint8Array)
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError)
        }
      }),
      { numRuns: 1000 },
    )
  })
})
