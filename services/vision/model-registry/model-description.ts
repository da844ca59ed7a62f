// What a model.json says (reference: README.md beside): one schema gives type, checks and defaults. Faults become QLY_MODEL_INVALID with all of them.
import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { AppError } from '../../contracts/errors.ts'

const Channel = Type.Tuple([Type.Number(), Type.Number(), Type.Number()])

export const ModelInput = Type.Object(
  {
    width: Type.Integer({ minimum: 16, maximum: 4096, description: 'pixels' }),
    height: Type.Integer({ minimum: 16, maximum: 4096, description: 'pixels' }),
    letterbox: Type.Enum(['centre', 'top-left'], { description: 'where the scaled picture sits; the rest is 114' }),
    layout: Type.Optional(Type.Enum(['nhwc', 'nchw'], { description: 'default: that of the family' })),
    type: Type.Optional(Type.Enum(['uint8', 'float32'], { description: 'default: that of the family' })),
    channels: Type.Optional(Type.Enum(['rgb', 'bgr'], { description: 'default: that of the family' })),
    scale: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'value = (pixel × scale − mean) / deviation' }),
    ),
    mean: Type.Optional(Channel),
    deviation: Type.Optional(Channel),
  },
  { additionalProperties: false },
)

export const ModelDescription = Type.Object(
  {
    file: Type.String({ default: 'model.onnx', pattern: '^[^/\\\\]+\\.onnx$', description: 'name in the same folder' }),
    family: Type.Enum(['qianliyan', 'yolox', 'classifier']),
    labels: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), { minItems: 1, maxItems: 10_000 }),
    classes: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 64 }), {
        description:
          'label of the model → class of ours (car, large_vehicle, two_wheeler, person …); labels not named are dropped',
      }),
    ),
    input: ModelInput,
    threshold: Type.Number({ minimum: 0, maximum: 1, description: 'score from which a detection counts' }),
    thresholds: Type.Optional(
      Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 1 }), { description: 'class → its own threshold' }),
    ),
    nms: Type.Number({
      default: 0.6,
      minimum: 0,
      maximum: 1,
      description: 'boxes of one class that overlap more (IoU) are one',
    }),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    licence: Type.String({ minLength: 1, maxLength: 256 }),
    trainedOn: Type.String({ minLength: 1, maxLength: 2000 }),
  },
  { description: 'other keys are kept and ignored' },
)
export type ModelDescription = Static<typeof ModelDescription>

/** How pixels become the input tensor, with the defaults of the family filled in. */
export interface InputFormat {
  readonly width: number
  readonly height: number
  readonly letterbox: 'centre' | 'top-left'
  readonly layout: 'nhwc' | 'nchw'
  readonly type: 'uint8' | 'float32'
  readonly channels: 'rgb' | 'bgr'
  readonly scale: number
  readonly mean: readonly [number, number, number]
  readonly deviation: readonly [number, number, number]
}

/** Each family's usual input: ours normalises in the graph; YOLOX (0.1.1) takes BGR 0..255; classifiers the ImageNet means of torchvision. */
const familyInput: Record<ModelDescription['family'], Omit<InputFormat, 'width' | 'height' | 'letterbox'>> = {
  qianliyan: { layout: 'nhwc', type: 'uint8', channels: 'rgb', scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1] },
  yolox: { layout: 'nchw', type: 'float32', channels: 'bgr', scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1] },
  classifier: {
    layout: 'nchw',
    type: 'float32',
    channels: 'rgb',
    scale: 1 / 255,
    mean: [0.485, 0.456, 0.406],
    deviation: [0.229, 0.224, 0.225],
  },
}

export function inputFormatOf({ family, input }: Pick<ModelDescription, 'family' | 'input'>): InputFormat {
  return { ...familyInput[family], ...input }
}

const validator = Compile(ModelDescription as TSchema)

/** Reads the text of a model.json; `where` names it in messages. Throws QLY_MODEL_INVALID with every fault. */
export function parseModelDescription(text: string, where: string): ModelDescription {
  let written: unknown
  try {
    written = JSON.parse(text)
  } catch (cause) {
    throw new AppError('QLY_MODEL_INVALID', `${where} is not JSON: ${(cause as Error).message}`, { cause })
  }
  const value = Value.Default(ModelDescription, written)
  const faults = [...validator.Errors(value)].map(({ instancePath, message }) => `${instancePath || '/'}: ${message}`)
  if (faults.length === 0) faults.push(...contradictions(value as ModelDescription))
  if (faults.length > 0) throw new AppError('QLY_MODEL_INVALID', `${where}: ${faults.join('; ')}`, { details: faults })
  return value as ModelDescription
}

function contradictions(description: ModelDescription): string[] {
  const faults: string[] = []
  const format = inputFormatOf(description)
  const labels = new Set(description.labels)
  if (labels.size !== description.labels.length) faults.push('/labels: a label occurs twice')
  for (const label of Object.keys(description.classes ?? {})) {
    if (!labels.has(label)) faults.push(`/classes: "${label}" is no label of the model`)
  }
  if (
    format.type === 'uint8' &&
    (format.scale !== 1 || format.mean.some(Boolean) || format.deviation.some((d) => d !== 1))
  )
    faults.push('/input: a uint8 input takes no scale, mean or deviation')
  if (format.deviation.some((deviation) => deviation === 0)) faults.push('/input/deviation: must not be 0')
  return faults
}
