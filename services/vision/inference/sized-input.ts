// Pictures of the sizes that a model takes: its own size, or, with `multipleOf`, any smaller one in those steps. Each has its tensors and its decoder.
import { AppError } from '../../contracts/errors.ts'
import type { Pixels } from '../../contracts/frames.ts'
import { families } from '../detection/families/families.ts'
import type { Decoder, Outputs } from '../detection/families/family.ts'
import { createTensorBuilder, type TensorBuilder } from '../detection/input-tensor.ts'
import { inputFormatOf, type ModelDescription } from '../model-registry/model-description.ts'
import type { Picture } from './inference-messages.ts'

export interface PictureSize {
  readonly width: number
  readonly height: number
}

/** What is kept for one size of picture. */
export interface SizedInput {
  readonly build: TensorBuilder
  /** The decoder for outputs of this size: made for the first ones, which must fit. Throws QLY_MODEL_INVALID with the differences. */
  decoderFor(outputs: Outputs): Decoder
}

export interface SizedInputs {
  /** Throws QLY_INTERNAL for a size that the model does not take. */
  of(picture: Picture): SizedInput
  /** sizes on which the model must be tried before it is taken: its own, and with `multipleOf` a smaller one */
  readonly tried: readonly PictureSize[]
}

/** What a thread needs of a cut. */
export const pixelsOf = ({ rgb, width, height }: Pixels): Pixels => ({ rgb, width, height })

export const rgbOf = (picture: Picture): Uint8Array => (picture instanceof Uint8Array ? picture : picture.rgb)

/** `outputNames`: in the order of the graph. */
export function createSizedInputs(description: ModelDescription, outputNames: readonly string[]): SizedInputs {
  const format = inputFormatOf(description)
  const { width, height, multipleOf } = format
  const known = new Map<number, SizedInput>()

  const takes = (size: PictureSize): boolean => {
    if (size.width === width && size.height === height) return true
    const fits = (side: number, whole: number) => side > 0 && side <= whole && side % (multipleOf ?? side + 1) === 0
    return multipleOf !== undefined && fits(size.width, width) && fits(size.height, height)
  }

  const make = (size: PictureSize): SizedInput => {
    let decoder: Decoder | undefined
    return {
      build: createTensorBuilder({ ...format, ...size }),
      decoderFor(outputs) {
        if (decoder) return decoder
        const input = { ...description.input, ...(multipleOf === undefined ? {} : size) }
        const fit = families[description.family].fit(outputs, { ...description, input }, outputNames)
        if (!('decoder' in fit)) throw new AppError('QLY_MODEL_INVALID', fit.faults.join('; '))
        decoder = fit.decoder
        return decoder
      },
    }
  }

  return {
    of(picture) {
      const size = picture instanceof Uint8Array ? format : picture
      const key = size.width * 65_536 + size.height
      const before = known.get(key)
      if (before) return before
      if (!takes(size)) throw new AppError('QLY_INTERNAL', `the model takes no picture of ${size.width}×${size.height}`)
      const made = make({ width: size.width, height: size.height })
      known.set(key, made)
      return made
    },
    tried:
      multipleOf === undefined || height <= multipleOf
        ? [{ width, height }]
        : [
            { width, height },
            { width, height: height - multipleOf },
          ],
  }
}
