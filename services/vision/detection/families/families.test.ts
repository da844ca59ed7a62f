// Every family against a real session: graphs with known outputs, and boxes worked out by hand. Input 32 × 32, labels car and person.
import { describe, expect, it } from 'vitest'
import { echoModel, type GraphInput, type KnownOutput, knownModel } from '../../testing/family-onnx.ts'
import { greyPicture as grey, runKnownModel as run } from '../../testing/run-known-model.ts'

/** `rows` × `row` zeroes with some rows written. */
const rowsWith = (rows: number, row: number, some: Readonly<Record<number, readonly number[]>>): number[] => {
  const values = new Array<number>(rows * row).fill(0)
  for (const [index, value] of Object.entries(some)) values.splice(Number(index) * row, value.length, ...value)
  return values
}
const transposed = (values: readonly number[], row: number): number[] =>
  Array.from({ length: row }, (_, column) => values.filter((_, index) => index % row === column)).flat()

const planes: GraphInput[] = [{ shape: [1, 3, 32, 32] }]
const openPlanes: GraphInput[] = [{ shape: ['batch', 3, 'height', 'width'] }]
const withSizes = (type: 'int64' | 'float32'): GraphInput[] => [
  ...planes,
  { name: 'orig_target_sizes', type, shape: ['batch', 2] },
]
/** logits whose sigmoid is 0.8 and 0.1 */
const [likely, unlikely] = [Math.log(4), Math.log(1 / 9)]
/** a distance of 2 or 3 strides in 8 bins: all the weight on one bin */
const bins = (...distances: number[]) =>
  distances.flatMap((at) => rowsWith(1, 8, { 0: [] }).map((_, bin) => (bin === at ? 50 : 0)))

interface Case {
  readonly what: string
  readonly family: string
  readonly input?: Record<string, unknown>
  readonly json?: Record<string, unknown>
  readonly inputs?: readonly GraphInput[]
  readonly outputs: Readonly<Record<string, KnownOutput>>
  readonly sees: readonly [label: string, score: number, ...box: number[]][]
}

// centre 10, 12 and size 8, 6: [6, 9, 14, 15]; a second box hides behind it, a third is person
const v8Rows = rowsWith(21, 6, {
  2: [10, 12, 8, 6, 0.9, 0.1],
  3: [10.5, 12, 8, 6, 0.8, 0.1],
  20: [20, 22, 4, 4, 0.05, 0.5],
})
const v8Sees: Case['sees'] = [
  ['car', 0.9, 6, 9, 14, 15],
  ['person', 0.5, 18, 20, 22, 24],
]
const asInt8 = (values: readonly number[], scale: number, zero: number) =>
  values.map((value) => Math.round(value / scale) + zero)

const cases: Case[] = [
  {
    what: 'our own, NHWC uint8',
    family: 'qianliyan',
    inputs: [{ name: 'image', type: 'uint8', shape: [1, 32, 32, 3] }],
    outputs: {
      boxes: { shape: [1, 3, 4], values: [1, 2, 3, 4, 5, 5, 4, 4, Number.NaN, 0, 1, 1] },
      scores: { shape: [1, 3, 2], values: [0.7, 0.2, 0.9, 0, 0.9, 0] },
    },
    sees: [['car', 0.7, 1, 2, 3, 4]],
  },
  {
    what: 'YOLOX, raw head: anchor 17 is the second of stride 16; centre (1.5, 0.25) · 16, size (2, 0.5) · 16',
    family: 'yolox',
    outputs: {
      output: {
        shape: [1, 21, 7],
        values: rowsWith(21, 7, { 17: [0.5, 0.25, Math.log(2), Math.log(0.5), 0.9, 0.1, 0.8] }),
      },
    },
    sees: [['person', 0.72, 8, 0, 40, 8]],
  },
  {
    what: 'YOLOv5, rows with objectness',
    family: 'ultralytics',
    outputs: {
      output0: {
        shape: [1, 63, 7],
        values: rowsWith(63, 7, { 5: [10, 12, 8, 6, 0.9, 0.8, 0.1], 6: [3, 3, 2, 2, 0.15, 1, 0] }),
      },
    },
    sees: [['car', 0.72, 6, 9, 14, 15]],
  },
  {
    what: 'YOLOv8 and v11, columns',
    family: 'ultralytics',
    outputs: { output0: { shape: [1, 6, 21], values: transposed(v8Rows, 6) } },
    sees: v8Sees,
  },
  {
    what: 'YOLOv8, rows, all axes open',
    family: 'ultralytics',
    inputs: openPlanes,
    outputs: { output0: { shape: [1, 21, 6], values: v8Rows, declared: ['batch', 'anchors', 6] } },
    sees: v8Sees,
  },
  {
    what: 'YOLOv8-seg: masks are not read',
    family: 'ultralytics',
    outputs: {
      output0: { shape: [1, 8, 2], values: transposed(rowsWith(2, 8, { 1: [10, 12, 8, 6, 0.9, 0.1, 7, 7] }), 8) },
      output1: { shape: [1, 2, 4, 4], values: new Array(32).fill(0) },
    },
    sees: [['car', 0.9, 6, 9, 14, 15]],
  },
  {
    what: 'YOLOv8, float16 in and out',
    family: 'ultralytics',
    input: { type: 'float16' },
    inputs: [{ type: 'float16', shape: [1, 3, 32, 32] }],
    outputs: { output0: { type: 'float16', shape: [1, 6, 21], values: transposed(v8Rows, 6) } },
    sees: v8Sees,
  },
  {
    what: 'YOLOv8, int8 in and out',
    family: 'ultralytics',
    input: { type: 'int8' },
    json: { outputs: { output0: { scale: 0.25, zeroPoint: -10 } }, threshold: 0.2 },
    inputs: [{ type: 'int8', shape: [1, 3, 32, 32] }],
    outputs: {
      output0: {
        type: 'int8',
        shape: [1, 6, 1],
        values: asInt8([10, 12, 8, 6, 0.75, 0], 0.25, -10),
      },
    },
    sees: [['car', 0.75, 6, 9, 14, 15]],
  },
  {
    what: 'NMS-free rows; the class drops out of range',
    family: 'end-to-end',
    outputs: {
      output0: {
        shape: [1, 4, 6],
        values: [6, 9, 14, 15, 0.6, 1, 6, 9, 14, 16, 0.8, 1, 0, 0, 9, 9, 0.9, 7, 0, 0, 0, 0, 0, 0],
      },
    },
    sees: [
      ['person', 0.8, 6, 9, 14, 16],
      ['person', 0.6, 6, 9, 14, 15],
    ],
  },
  {
    what: 'NMS in the graph, [N,7]',
    family: 'end-to-end',
    outputs: { output: { shape: [1, 7], values: [0, 6, 9, 14, 15, 1, 0.6], declared: ['found', 7] } },
    sees: [['person', 0.6, 6, 9, 14, 15]],
  },
  {
    what: 'RT-DETR and D-FINE, logits and shares',
    family: 'detr',
    outputs: {
      logits: { shape: [1, 2, 2], values: [likely, unlikely, unlikely, unlikely] },
      pred_boxes: { shape: [1, 2, 4], values: [0.5, 0.25, 0.25, 0.5, 0.5, 0.5, 1, 1] },
    },
    sees: [['car', 0.8, 12, 0, 20, 16]],
  },
  {
    what: 'DETR, softmax with a class "nothing"; RF-DETR calls the logits labels',
    family: 'detr',
    outputs: {
      dets: { shape: [1, 2, 4], values: [0.5, 0.25, 0.25, 0.5, 0.5, 0.5, 1, 1] },
      labels: { shape: [1, 2, 3], values: [0, Math.log(6), 0, 0, 0, 9] },
    },
    sees: [['person', 0.75, 12, 0, 20, 16]],
  },
  ...(['int64', 'float32'] as const).map(
    (type): Case => ({
      what: `RT-DETR and D-FINE, finished, orig_target_sizes ${type}`,
      family: 'detr',
      inputs: withSizes(type),
      outputs: {
        labels: { type: 'int64', shape: [1, 2], values: [1, 0] },
        boxes: { shape: [1, 2, 4], values: [6, 9, 14, 15, 0, 0, 5, 5] },
        scores: { shape: [1, 2], values: [0.7, 0.1] },
      },
      sees: [['person', 0.7, 6, 9, 14, 15]],
    }),
  ),
  {
    what: "Ultralytics' RT-DETR, boxes in shares beside scores",
    family: 'detr',
    outputs: { output0: { shape: [1, 1, 6], values: [0.5, 0.25, 0.25, 0.5, 0.1, 0.6] } },
    sees: [['person', 0.6, 12, 0, 20, 16]],
  },
  {
    what: 'NanoDet: cell 5 of stride 8 has its centre at (12, 12)',
    family: 'nanodet',
    outputs: { output: { shape: [1, 21, 34], values: rowsWith(21, 34, { 5: [0.6, 0.1, ...bins(1, 0, 2, 1)] }) } },
    sees: [['car', 0.6, 4, 12, 28, 20]],
  },
  {
    what: 'NanoDet-Plus: four strides, cell 5 of stride 8 has its point at (8, 8)',
    family: 'nanodet',
    outputs: { output: { shape: [1, 22, 34], values: rowsWith(22, 34, { 5: [0.6, 0.1, ...bins(1, 0, 2, 1)] }) } },
    sees: [['car', 0.6, 0, 8, 24, 16]],
  },
  {
    what: 'a classifier with logits',
    family: 'classifier',
    outputs: { y: { shape: [1, 2], values: [Math.log(3), 0] } },
    sees: [
      ['car', 0.75, 0, 0, 32, 32],
      ['person', 0.25, 0, 0, 32, 32],
    ],
  },
  {
    what: 'a classifier with probabilities, uint8, pooled',
    family: 'classifier',
    json: { outputs: { y: { scale: 1 / 256 } } },
    outputs: { y: { type: 'uint8', shape: [1, 2, 1, 1], values: [192, 64] } },
    sees: [
      ['car', 0.75, 0, 0, 32, 32],
      ['person', 0.25, 0, 0, 32, 32],
    ],
  },
]

describe('families', () => {
  it.each(cases)('$family: $what', async ({ family, input, json, inputs = planes, outputs, sees }) => {
    const found = await run(knownModel(inputs, outputs), { family, ...json, input })
    expect(found.map(({ label }) => label)).toEqual(sees.map(([label]) => label))
    for (const [index, [, score, ...box]] of sees.entries()) {
      expect(found[index]?.score).toBeCloseTo(score, 3)
      for (const [edge, pixel] of box.entries()) expect(found[index]?.box[edge]).toBeCloseTo(pixel, 3)
    }
  })

  it('an embedding gives one vector of length 1, and needs no labels', async () => {
    const onnx = knownModel(planes, { vector: { shape: [1, 2], values: [3, 4] } })
    const [found] = await run(onnx, { family: 'embedding', labels: undefined })
    expect([...(found?.vector ?? [])].map((value) => Math.round(value * 1e6) / 1e6)).toEqual([0.6, 0.8])
  })

  it.each([
    ['float32', { layout: 'nchw' }, [1, 3, 32, 32], (byte: number) => byte / 255],
    ['float16', { layout: 'nchw' }, [1, 3, 'h', 'w'], (byte: number) => byte / 255],
    ['float32', { mean: [0.5, 0, 0], deviation: [0.25, 1, 1] }, [1, 3, 32, 32], (b: number) => (b / 255 - 0.5) / 0.25],
    ['uint8', { layout: 'nchw' }, [1, 3, 32, 32], (byte: number) => byte],
    ['int8', { layout: 'nchw' }, ['n', 3, 32, 32], (byte: number) => byte - 128],
  ] as const)('%s pixels arrive normalised (%o)', async (type, input, shape, value) => {
    const picture = grey.slice()
    const red = [150, 160, 200, 210, 255, 129]
    for (const [pixel, byte] of red.entries()) picture[pixel * 3] = byte
    const labels = Array.from({ length: 256 }, (_, index) => `class ${index}`)
    const [found] = await run(
      echoModel(type, shape),
      { family: 'end-to-end', labels, input: { ...input, type } },
      picture,
    )
    const box = red.slice(0, 4).map(value)
    expect(found?.label).toBe(`class ${Math.round(value(129))}`)
    for (const [edge, wanted] of box.entries()) expect(found?.box[edge]).toBeCloseTo(wanted, 2)
  })
})
