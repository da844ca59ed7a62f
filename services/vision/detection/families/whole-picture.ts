// Families that judge the whole cut: classifiers (a score a label) and embeddings (a vector of length 1, for comparing looks).
import { classesByIndex, countFault, type Family, type Fit, labelsInJson, shapeFault } from './family.ts'
import type { OutputTensor } from './output-tensor.ts'

/** RGB planes with the ImageNet means of torchvision */
const imageNet: Family['input'] = {
  layout: 'nchw',
  type: 'float32',
  channels: 'rgb',
  scale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
}

/** [1,C] or [1,C,1,1]: the one vector of the picture. */
const isVector = (shape: readonly number[]): boolean =>
  shape.length >= 2 && shape[0] === 1 && shape.slice(2).every((size) => size === 1)

export const classifier: Family = {
  input: imageNet,
  fit(outputs, description, names): Fit {
    const [name = ''] = names
    if (names.length !== 1) return { faults: [countFault('classifier', names, 'one')] }
    const { dims } = outputs[name] as OutputTensor
    const { labels, input } = description
    if (!isVector(dims) || dims[1] !== labels.length)
      return { faults: [shapeFault(name, dims, [1, labels.length], labelsInJson(labels))] }
    const classOf = classesByIndex(description)
    return {
      decoder: (all, { minimumScore }) =>
        [...probabilities((all[name] as OutputTensor).data)].flatMap((score, index) => {
          const label = classOf[index]
          if (label === undefined || score < minimumScore) return []
          return [{ label, score, box: [0, 0, input.width, input.height] as const }]
        }),
    }
  },
}

export const embedding: Family = {
  input: imageNet,
  fit(outputs, { input, labels }, names): Fit {
    const [name = ''] = names
    if (names.length !== 1) return { faults: [countFault('embedding', names, 'one')] }
    const { dims } = outputs[name] as OutputTensor
    if (!isVector(dims)) return { faults: [shapeFault(name, dims, [1, 'D'], 'one vector')] }
    const label = labels[0] as string
    return {
      decoder: (all) => [
        { label, score: 1, box: [0, 0, input.width, input.height], vector: unit((all[name] as OutputTensor).data) },
      ],
    }
  },
}

/** Scores that sum to 1 are taken as they are; anything else is logits and goes through softmax. */
function probabilities(data: Float32Array): Float32Array {
  const sum = data.reduce((total, value) => total + value, 0)
  if (Math.abs(sum - 1) < 0.01 && data.every((value) => value >= 0 && value <= 1)) return data
  const largest = data.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY)
  const powers = data.map((value) => Math.exp(value - largest))
  const total = powers.reduce((all, value) => all + value, 0)
  return powers.map((value) => value / total)
}

/** Of length 1; a vector of zeroes stays. */
function unit(data: Float32Array): Float32Array {
  const length = Math.hypot(...data)
  return length > 0 ? data.map((value) => value / length) : data.slice()
}
