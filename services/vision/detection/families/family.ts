// What a family of models is: its usual input, what its outputs must look like, and how they become detections. One file a family beside.
import type { InputFormat, ModelDescription } from '../../model-registry/model-description.ts'
import type { CutDetection } from '../detection.ts'
import type { OutputTensor } from './output-tensor.ts'

export type Outputs = Readonly<Record<string, OutputTensor>>

export interface DecodeOptions {
  /** scores below are dropped, 0..1 */
  readonly minimumScore: number
}

/** Detections in pixels of the input. */
export type Decoder = (outputs: Outputs, options: DecodeOptions) => CutDetection[]

/** The part of a model.json that decoding needs. */
export type DecodedDescription = Pick<ModelDescription, 'family' | 'labels' | 'classes' | 'input' | 'nms'>

/** How a description fits what the graph gave on a grey picture: a decoder, or every difference in words. */
export type Fit = { readonly decoder: Decoder } | { readonly faults: readonly string[] }

export interface Family {
  /** its usual input where model.json does not say otherwise */
  readonly input: Omit<InputFormat, 'width' | 'height' | 'letterbox'>
  /** `names`: the outputs in the order of the graph. */
  fit(outputs: Outputs, description: DecodedDescription, names: readonly string[]): Fit
}

/** Input in 0..1, RGB planes: what most exports of PyTorch detectors take. */
export const unitPlanes: Family['input'] = {
  layout: 'nchw',
  type: 'float32',
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
}

/** Class of ours of each output of the model; undefined: dropped. */
export function classesByIndex({ labels, classes }: DecodedDescription): readonly (string | undefined)[] {
  if (classes === undefined) return labels
  return labels.map((label) => (Object.hasOwn(classes, label) ? classes[label] : undefined))
}

/** undefined stands for any size. */
export const fitsShape = (dims: readonly number[], wanted: readonly (number | undefined)[]): boolean =>
  dims.length === wanted.length && dims.every((size, axis) => wanted[axis] === undefined || wanted[axis] === size)

/** "output y has the shape [1, 7], expected [1, N, 4] (boxes)" */
export const shapeFault = (
  name: string,
  dims: readonly number[],
  wanted: readonly (number | string)[],
  meaning: string,
): string => `output ${name} has the shape [${dims.join(', ')}], expected [${wanted.join(', ')}] (${meaning})`

export const countFault = (family: string, names: readonly string[], wanted: string): string =>
  `has the outputs ${names.join(', ') || '(none)'}; family ${family} has ${wanted}`

export const labelsInJson = (labels: readonly string[]): string => `${labels.length} labels in model.json`
