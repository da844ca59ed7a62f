// From RGB pixels at the model's size to the input tensor. uint8 NHWC RGB (our own family) is taken as it is, without copying.
import type { InputFormat } from '../model-registry/model-description.ts'

export type InputData = Uint8Array | Int8Array | Float32Array<ArrayBuffer> | Float16Array<ArrayBuffer>

export interface InputTensor {
  readonly type: InputFormat['type']
  readonly data: InputData
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
  const target = arrayOf(type, pixels * 3)
  const channels = ([0, 1, 2] as const).map((output) => ({
    source: format.channels === 'rgb' ? output : 2 - output,
    values: valuesOf(type, (byte) => (byte * format.scale - format.mean[output]) / format.deviation[output]),
  }))
  return (rgb) => {
    for (const [output, { source, values }] of channels.entries()) {
      if (layout === 'nchw') fill(target, rgb, pixels, output * pixels, 1, source, values)
      else fill(target, rgb, pixels, output, 3, source, values)
    }
    return { type, data: target, shape }
  }
}

function fill(
  target: InputData,
  rgb: Uint8Array,
  pixels: number,
  start: number,
  stride: number,
  source: number,
  values: InputData,
): void {
  for (let pixel = 0, to = start, from = source; pixel < pixels; pixel++, to += stride, from += 3) {
    target[to] = values[rgb[from] as number] as number
  }
}

/** What each of the 256 bytes becomes; whole numbers are rounded and kept in range. */
function valuesOf(type: InputFormat['type'], value: (byte: number) => number): InputData {
  const limits = { uint8: [0, 255], int8: [-128, 127] } as const
  const values = arrayOf(type, 256)
  for (let byte = 0; byte < 256; byte++) {
    if (type === 'float32' || type === 'float16') values[byte] = value(byte)
    else values[byte] = Math.min(limits[type][1], Math.max(limits[type][0], Math.round(value(byte))))
  }
  return values
}

function arrayOf(type: InputFormat['type'], length: number): InputData {
  switch (type) {
    case 'uint8':
      return new Uint8Array(length)
    case 'int8':
      return new Int8Array(length)
    case 'float32':
      return new Float32Array(length)
    case 'float16':
      return new Float16Array(length)
  }
}
