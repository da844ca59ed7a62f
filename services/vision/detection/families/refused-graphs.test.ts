// Graphs that are not of the family that model.json says: refused with the difference.
import { describe, expect, it } from 'vitest'
import { type GraphInput, type KnownOutput, knownModel } from '../../testing/family-onnx.ts'
import { runKnownModel as run } from '../../testing/run-known-model.ts'

const planes: GraphInput[] = [{ shape: [1, 3, 32, 32] }]

describe('a graph that does not fit is refused with the difference', () => {
  const output = (shape: number[]): KnownOutput => ({
    shape,
    values: new Array(shape.reduce((a, b) => a * b, 1)).fill(0),
  })
  it.each([
    ['yolox', { y: output([1, 20, 7]) }, /output y has the shape \[1, 20, 7\], expected \[1, 21, 7\] \(5 \+ 2 labels/],
    ['yolox', { a: output([1]), b: output([1]) }, /has the outputs a, b; family yolox has one/],
    [
      'ultralytics',
      { y: output([1, 84, 99]) },
      /expected \[1, 6, N\] \(4 \+ 2 labels .*or \[1, N, 7\] with objectness/,
    ],
    ['end-to-end', { y: output([1, 9, 84]) }, /expected \[1, N, 6\] \(x1, y1, x2, y2, score, class/],
    ['detr', { a: output([1, 9, 4]), b: output([1, 9, 80]) }, /output b .* expected \[1, 9, 2\] \(2 labels/],
    ['detr', { a: output([9]), b: output([9]) }, /boxes \[1, Q, 4\] with logits/],
    ['nanodet', { y: output([1, 23, 34]) }, /expected \[1, 21 or 22, 2 \+ 4 × B\]/],
    ['classifier', { y: output([1, 5]) }, /output y has the shape \[1, 5\], expected \[1, 2\]/],
    ['embedding', { y: output([1, 5, 7]) }, /expected \[1, D\]/],
    ['ultralytics', { y: { ...output([1, 6, 9]), type: 'int8' } }, /y is int8: model.json must give outputs.y.scale/],
  ] as const)('%s', async (family, outputs, says) => {
    await expect(run(knownModel(planes, outputs), { family })).rejects.toMatchObject({
      code: 'QLY_MODEL_INVALID',
      message: expect.stringMatching(says),
    })
  })

  it('two pictures, a batch of two, text', async () => {
    const fine = { y: output([1, 6, 6]) }
    const inputs = [...planes, { name: 'other', shape: [1, 3, 32, 32] }]
    await expect(run(knownModel(inputs, fine), { family: 'end-to-end' })).rejects.toThrow(
      /one picture input is expected/,
    )
    const two = [{ shape: [2, 3, 32, 32] }]
    await expect(run(knownModel(two, fine), { family: 'end-to-end' })).rejects.toThrow(/has the shape \[2, 3, 32, 32\]/)
  })
})
