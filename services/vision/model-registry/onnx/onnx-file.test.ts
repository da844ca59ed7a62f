// What an ONNX file says of itself is read without the native runtime; whatever the bytes are, the answer is a reading or a refusal.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../../contracts/errors.ts'
import { knownModel } from '../../testing/family-onnx.ts'
import { externalTensor, model, node, valueInfo } from '../../testing/onnx-writer.ts'
import { readOnnx } from './onnx-file.ts'

const yolo = knownModel(
  [{ shape: ['batch', 3, 'height', 640] }],
  { output0: { type: 'float16', shape: [1, 6, 3], values: new Array(18).fill(0), declared: [1, 6, 'anchors'] } },
  { names: "{0: 'car', 1: 'person'}", stride: '32', task: 'detect' },
)

describe('reading an ONNX file', () => {
  it('gives inputs, outputs, metadata and operators', () => {
    expect(readOnnx(yolo)).toEqual({
      producer: 'qianliyan test',
      irVersion: 8,
      opset: 17,
      inputs: [{ name: 'images', type: 'float32', shape: ['batch', 3, 'height', 640] }],
      outputs: [{ name: 'output0', type: 'float16', shape: [1, 6, 'anchors'] }],
      metadata: { names: "{0: 'car', 1: 'person'}", stride: '32', task: 'detect' },
      operators: ['Identity'],
      externalFiles: [],
    })
  })

  it('names the files that its weights are in, and does not take weights for inputs', () => {
    const graph = model([
      [1, node('Identity', ['w'], 'y')],
      [5, externalTensor('w', [4], 'weights.bin')],
      [11, valueInfo('w', 'float32', [4])],
      [11, valueInfo('images', 'uint8', [1, 4, 4, 3])],
      [12, valueInfo('y', 'float32', [4])],
    ])
    expect(readOnnx(graph)).toMatchObject({ inputs: [{ name: 'images' }], externalFiles: ['weights.bin'] })
  })

  it.each([
    ['nothing', new Uint8Array()],
    ['text', new TextEncoder().encode('# a README\n')],
    ['half a file', yolo.subarray(0, yolo.length / 2)],
    ['zeroes', new Uint8Array(64)],
  ])('refuses %s', (_, bytes) => {
    expect(() => readOnnx(bytes)).toThrow(expect.objectContaining({ code: 'QLY_MODEL_INVALID' }))
  })

  it('answers to any damage with a reading or a refusal', () => {
    const change = fc.record({ at: fc.nat(yolo.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(yolo.length), (changes, length) => {
        const bytes = yolo.slice(0, length)
        for (const { at, byte } of changes) bytes[at] = byte
        try {
          expect(readOnnx(bytes).inputs).toBeInstanceOf(Array)
        } catch (error) {
          expect(error).toBeInstanceOf(AppError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})
