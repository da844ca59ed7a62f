// From pixels to tensors and from tensors to detections in the frame, checked on numbers worked out by hand.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inputFormatOf, type ModelInput } from '../model-registry/model-description.ts'
import { createTensorBuilder } from './input-tensor.ts'
import { suppressNonMaxima } from './non-maximum-suppression.ts'
import { boxToFrame, type CutPlacement, mergeCuts } from './to-frame.ts'

describe('input tensors', () => {
  const rgb = Uint8Array.from([10, 20, 30, 40, 50, 60])
  const input = { width: 2, height: 1, letterbox: 'centre' } as const
  it('of our own family are the pixels themselves', () => {
    const tensor = createTensorBuilder(inputFormatOf({ family: 'qianliyan', input }))(rgb)
    expect(tensor).toEqual({ type: 'uint8', data: rgb, shape: [1, 1, 2, 3] })
    expect(tensor.data).toBe(rgb)
  })
  it('of YOLOX are BGR planes, 0 to 255', () => {
    const tensor = createTensorBuilder(inputFormatOf({ family: 'yolox', input }))(rgb)
    expect(tensor).toMatchObject({ type: 'float32', shape: [1, 3, 1, 2] })
    expect([...tensor.data]).toEqual([30, 60, 20, 50, 10, 40])
  })
  it('of several pictures are a batch, from shared memory too, at any width and alignment', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('nchw', 'nhwc'),
        fc.constantFrom('rgb', 'bgr'),
        fc.constantFrom('uint8', 'float32', 'float16'),
        fc.boolean(),
        (width, height, batch, layout, channels, type, shared) => {
          const size = width * height * 3
          const memory = shared ? new SharedArrayBuffer(batch * size + 1) : new ArrayBuffer(batch * size + 1)
          // filled in place: a copy would be neither shared nor at an odd address
          const all = new Uint8Array(memory, 1)
          for (let index = 0; index < all.length; index++) all[index] = (index * 37 + 11) % 256
          const pictures = Array.from({ length: batch }, (_, n) => all.subarray(n * size, (n + 1) * size))
          const description = { family: 'yolox', input: { ...input, width, height, layout, channels, type } } as const
          const { data, shape } = createTensorBuilder(inputFormatOf(description))(...pictures)
          const at = (picture: number, row: number, column: number, channel: number) =>
            pictures[picture]?.[(row * width + column) * 3 + (channels === 'rgb' ? channel : 2 - channel)]
          const expected: (number | undefined)[] = []
          for (let picture = 0; picture < batch; picture++) {
            if (layout === 'nhwc') {
              for (let cell = 0; cell < width * height * 3; cell++)
                expected.push(at(picture, 0, Math.floor(cell / 3), cell % 3))
            } else {
              for (let cell = 0; cell < width * height * 3; cell++)
                expected.push(at(picture, 0, cell % (width * height), Math.floor(cell / (width * height))))
            }
          }
          expect([...data]).toEqual(expected)
          expect(shape).toEqual(layout === 'nhwc' ? [batch, height, width, 3] : [batch, 3, height, width])
        },
      ),
    )
  })
  it('refuse a picture of another size', () => {
    const build = createTensorBuilder(inputFormatOf({ family: 'yolox', input }))
    expect(() => build(rgb, new Uint8Array(5))).toThrow(/5 bytes, 2×1×3/)
  })
  it('of classifiers are normalised by mean and deviation', () => {
    const tensor = createTensorBuilder(inputFormatOf({ family: 'classifier', input }))(rgb)
    expect(tensor.data[0]).toBeCloseTo((10 / 255 - 0.485) / 0.229, 5)
    expect(tensor.data[5]).toBeCloseTo((60 / 255 - 0.406) / 0.225, 5)
  })
  it('of quantised models are pixels less 128, or the pixels; scaled ones are rounded and kept in range', () => {
    const build = (changes: Partial<ModelInput>) =>
      createTensorBuilder(inputFormatOf({ family: 'ultralytics', input: { ...input, layout: 'nhwc', ...changes } }))(
        rgb,
      )
    expect([...build({ type: 'int8' }).data]).toEqual([-118, -108, -98, -88, -78, -68])
    expect([...build({ type: 'uint8', channels: 'bgr' }).data]).toEqual([30, 20, 10, 60, 50, 40])
    expect([...build({ type: 'int8', mean: [0, 0, 0], scale: 2.26 }).data]).toEqual([23, 45, 68, 90, 113, 127])
  })
})

describe('suppression', () => {
  it('suppresses doubles of one label only', () => {
    const at = (x: number, label: string, score: number) => ({ label, score, box: [x, 0, x + 10, 10] as const })
    const kept = suppressNonMaxima(
      [at(0, 'car', 0.6), at(1, 'car', 0.9), at(1, 'person', 0.5), at(30, 'car', 0.3)],
      0.5,
    )
    expect(kept.map(({ label, score }) => `${label} ${score}`)).toEqual(['car 0.9', 'person 0.5', 'car 0.3'])
  })
})

describe('boxes in the frame', () => {
  const placement = (region: [number, number, number, number], changes: Partial<CutPlacement> = {}): CutPlacement => ({
    cut: { id: 'c', region, width: 100, height: 100, letterbox: 'centre' },
    offsetX: 0,
    offsetY: 25,
    pictureWidth: 100,
    pictureHeight: 50,
    ...changes,
  })
  it('are mapped through letterbox and region', () => {
    const box = boxToFrame([50, 25, 100, 50], placement([0.5, 0.2, 0.9, 0.6]))
    expect(box.map((edge) => Math.round(edge * 1000) / 1000)).toEqual([0.7, 0.2, 0.9, 0.4])
  })
  it('never leave the region', () => {
    expect(boxToFrame([-20, 0, 130, 100], placement([0.5, 0.2, 0.9, 0.6]))).toEqual([0.5, 0.2, 0.9, 0.6])
  })
  it('of two cuts become one: the one no edge truncates', () => {
    const whole = { offsetY: 0, pictureHeight: 100 }
    const merged = mergeCuts(
      [
        {
          placement: placement([0, 0, 0.5, 1], whole),
          detections: [{ label: 'car', score: 0.9, box: [80, 40, 100, 60] }],
        },
        {
          placement: placement([0.3, 0, 0.8, 1], whole),
          detections: [{ label: 'car', score: 0.7, box: [20, 40, 60, 60] }],
        },
      ],
      { model: 'm', thresholdOf: () => 0.5, iou: 0.6 },
    )
    expect(merged).toHaveLength(1)
    expect(merged[0]).toMatchObject({ score: 0.7, threshold: 0.5 })
  })
  it('of two classes of a group become one: the surer', () => {
    const one = placement([0, 0, 1, 1], { offsetY: 0, pictureHeight: 100 })
    const detections = [
      { label: 'large_vehicle', score: 0.4, box: [10, 10, 31, 30] as const },
      { label: 'car', score: 0.7, box: [10, 10, 30, 30] as const },
      { label: 'person', score: 0.6, box: [11, 10, 30, 30] as const },
    ]
    const merged = mergeCuts([{ placement: one, detections }], { model: 'm', thresholdOf: () => 0.5, iou: 0.6 })
    expect(merged.map(({ label }) => label)).toEqual(['car', 'person'])
  })
  it('of parts of a vehicle go, and a fanciful large box goes, not what it holds', () => {
    const one = placement([0, 0, 1, 1], { offsetY: 0, pictureHeight: 100 })
    const car = { label: 'car', score: 0.7, box: [10, 10, 60, 50] as const }
    const window = { label: 'car', score: 0.75, box: [20, 12, 50, 25] as const }
    const other = { label: 'car', score: 0.8, box: [62, 20, 90, 50] as const }
    const both = { label: 'large_vehicle', score: 0.3, box: [9, 9, 91, 51] as const }
    const merged = mergeCuts([{ placement: one, detections: [car, window, other, both] }], {
      model: 'm',
      thresholdOf: () => 0.5,
      iou: 0.6,
    })
    expect(merged.map(({ score }) => score)).toEqual([0.8, 0.7])
  })
})
