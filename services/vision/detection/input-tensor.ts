// From RGB pixels at the model's size to the input tensor. uint8 NHWC RGB (our own family) is taken as it is.
import type { InputFormat } from '../model-registry/model-description.ts'
import { createPlaneSplitter } from './pixel-planes.ts'

export type InputData = Uint8Array | Int8Array | Float32Array<ArrayBuffer> | Float16Array<ArrayBuffer>

export interface InputTensor {
  readonly type: InputFormat['type']
  readonly data: InputData
  readonly shape: readonly [number, number, number, number]
}

/** Several pictures make a batch. Throws a RangeError for a picture of another size. */
export type TensorBuilder = (...pictures: readonly Uint8Array[]) => InputTensor

/** Makes a converter for one format. It owns one buffer: a tensor is valid until the next call. */
export function createTensorBuilder(format: InputFormat): TensorBuilder {
  const { width, height, layout, type } = format
  const size = width * height * 3
  const shapeOf = (batch: number): InputTensor['shape'] =>
    layout === 'nhwc' ? [batch, height, width, 3] : [batch, 3, height, width]
  const write = createWriter(format)
  const asItIs = write === undefined
  let target = arrayOf(type, asItIs ? 0 : size)
  return (...pictures) => {
    for (const { length } of pictures) {
      if (length !== size) throw new RangeError(`a picture has ${length} bytes, ${width}×${height}×3 are expected`)
    }
    const [first] = pictures
    if (asItIs && pictures.length === 1 && first !== undefined && !isShared(first)) {
      return { type, data: first, shape: shapeOf(1) }
    }
    if (target.length !== pictures.length * size) target = arrayOf(type, pictures.length * size)
    for (const [index, rgb] of pictures.entries()) {
      const part = target.subarray(index * size, (index + 1) * size)
      if (asItIs) part.set(rgb)
      else write(part, rgb)
    }
    return { type, data: target, shape: shapeOf(pictures.length) }
  }
}

/** onnxruntime-node takes no shared memory. */
const isShared = ({ buffer }: Uint8Array<ArrayBufferLike>): boolean => buffer instanceof SharedArrayBuffer

/** Writes one picture into its part of the tensor; undefined where the tensor is the pixels themselves. */
function createWriter(format: InputFormat): ((part: InputData, rgb: Uint8Array) => void) | undefined {
  const { layout, type, channels, scale, mean, deviation } = format
  const plain = scale === 1 && mean.every((value) => value === 0) && deviation.every((value) => value === 1)
  if (type === 'uint8' && layout === 'nhwc' && channels === 'rgb') return undefined
  const pixels = format.width * format.height
  const sourceOf = (output: number) => (channels === 'rgb' ? output : 2 - output)
  const valuesOfChannel = ([0, 1, 2] as const).map((output) =>
    valuesOf(type, (byte) => (byte * scale - mean[output]) / deviation[output]),
  )
  if (layout === 'nhwc') {
    return (part, rgb) => {
      for (const [output, values] of valuesOfChannel.entries()) {
        for (let to = output, from = sourceOf(output); to < part.length; to += 3, from += 3) {
          part[to] = values[rgb[from] as number] as number
        }
      }
    }
  }
  const split = createPlaneSplitter(pixels)
  return (part, rgb) => {
    const planes = split(rgb)
    for (const [output, values] of valuesOfChannel.entries()) {
      const plane = planes[sourceOf(output)] as Uint8Array
      const start = output * pixels
      // whole-array conversion is ten times as fast as a loop
      if (plain && type !== 'int8') part.set(plane, start)
      else for (let pixel = 0; pixel < pixels; pixel++) part[start + pixel] = values[plane[pixel] as number] as number
    }
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
