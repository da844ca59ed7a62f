// From RGB pixels at the model's size to the input tensor. uint8 NHWC RGB (our own family) is taken as it is, without copying.
import type { InputFormat } from '../model-registry/model-description.ts'

export interface InputTensor {
  readonly type: 'uint8' | 'float32'
  readonly data: Uint8Array | Float32Array<ArrayBuffer>
  readonly shape: readonly [number, number, number, number]
}

/** Makes a converter for one format. It owns one buffer: a tensor is valid until the next call. */
export function createTensorBuilder(format: InputFormat): (rgb: Uint8Array) => InputTensor {
  const { width, height, layout, type } = format
  const shape = layout === 'nhwc' ? ([1, height, width, 3] as const) : ([1, 3, height, width] as const)
  if (type === 'uint8' && layout === 'nhwc' && format.channels === 'rgb') {
    return (rgb) => ({ type, data: rgb, shape })
  }
  const pixels = width * height
  const target = type === 'uint8' ? new Uint8Array(pixels * 3) : new Float32Array(pixels * 3)
  const channels = ([0, 1, 2] as const).map((output) => {
    const source = format.channels === 'rgb' ? output : 2 - output
    return {
      source,
      factor: format.scale / format.deviation[output],
      offset: -format.mean[output] / format.deviation[output],
    }
  })
  return (rgb) => {
    for (const [output, { source, factor, offset }] of channels.entries()) {
      const plain = factor === 1 && offset === 0
      const start = layout === 'nchw' ? output * pixels : output
      const stride = layout === 'nchw' ? 1 : 3
      if (plain) copyChannel(target, rgb, pixels, start, stride, source)
      else scaleChannel(target, rgb, pixels, start, stride, source, factor, offset)
    }
    return { type, data: target, shape }
  }
}

function copyChannel(
  target: Uint8Array | Float32Array,
  rgb: Uint8Array,
  pixels: number,
  start: number,
  stride: number,
  source: number,
): void {
  for (let pixel = 0, to = start, from = source; pixel < pixels; pixel++, to += stride, from += 3) {
    target[to] = rgb[from] as number
  }
}

function scaleChannel(
  target: Uint8Array | Float32Array,
  rgb: Uint8Array,
  pixels: number,
  start: number,
  stride: number,
  source: number,
  factor: number,
  offset: number,
): void {
  for (let pixel = 0, to = start, from = source; pixel < pixels; pixel++, to += stride, from += 3) {
    target[to] = (rgb[from] as number) * factor + offset
  }
}
