// What a model.json says (reference: README.md beside): one schema gives type, checks and defaults. Faults become QLY_MODEL_INVALID with all of them.
import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { Tiles } from '../../contracts/config/tiles.ts'
import { AppError } from '../../contracts/errors.ts'
import { type FamilyName, families, familyNames } from '../detection/families/families.ts'

const Channel = Type.Tuple([Type.Number(), Type.Number(), Type.Number()])

export const ModelInput = Type.Object(
  {
    width: Type.Integer({ minimum: 16, maximum: 4096, description: 'pixels' }),
    height: Type.Integer({ minimum: 16, maximum: 4096, description: 'pixels' }),
    letterbox: Type.Enum(['centre', 'top-left'], {
      default: 'centre',
      description: 'where the scaled picture sits; the rest is 114',
    }),
    multipleOf: Type.Optional(
      Type.Integer({
        minimum: 2,
        maximum: 1024,
        description:
          'the graph takes smaller pictures too, of multiples of so many pixels (its largest stride): pictures that are not square get less letterbox and less time',
      }),
    ),
    layout: Type.Optional(Type.Enum(['nhwc', 'nchw'], { description: 'default: that of the family' })),
    type: Type.Optional(
      Type.Enum(['uint8', 'int8', 'float16', 'float32'], { description: 'default: that of the family' }),
    ),
    channels: Type.Optional(Type.Enum(['rgb', 'bgr'], { description: 'default: that of the family' })),
    scale: Type.Optional(
      Type.Number({ exclusiveMinimum: 0, description: 'value = (pixel × scale − mean) / deviation' }),
    ),
    mean: Type.Optional(Channel),
    deviation: Type.Optional(Channel),
  },
  { additionalProperties: false },
)
export type ModelInput = Static<typeof ModelInput>

export const ModelDescription = Type.Object(
  {
    file: Type.String({ default: 'model.onnx', pattern: '^[^/\\\\]+\\.onnx$', description: 'name in the same folder' }),
    family: Type.Enum([...familyNames]),
    labels: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      minItems: 1,
      maxItems: 10_000,
      description: 'in the order of the outputs; an embedding has one, by default "embedding"',
    }),
    classes: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1, maxLength: 64 }), {
        description:
          'label of the model → class of ours (car, large_vehicle, two_wheeler, person …); labels not named are dropped',
      }),
    ),
    input: ModelInput,
    threshold: Type.Number({
      default: 0.3,
      minimum: 0,
      maximum: 1,
      description: 'score from which a detection counts',
    }),
    thresholds: Type.Optional(
      Type.Record(Type.String(), Type.Number({ minimum: 0, maximum: 1 }), { description: 'class → its own threshold' }),
    ),
    nms: Type.Number({
      default: 0.6,
      minimum: 0,
      maximum: 1,
      description: 'boxes of one class that overlap more (IoU) are one',
    }),
    tiles: Type.Optional(Tiles),
    frames: Type.Optional(
      Type.Object(
        {
          count: Type.Integer({ minimum: 2, maximum: 16 }),
          everySeconds: Type.Number({ minimum: 0.03, maximum: 60, description: 'from one frame to the next' }),
        },
        {
          additionalProperties: false,
          description:
            'the model sees several frames of the cut below each other, oldest first: its input is `count` times as high',
        },
      ),
    ),
    outputs: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object(
          { scale: Type.Number({ exclusiveMinimum: 0 }), zeroPoint: Type.Optional(Type.Integer()) },
          { additionalProperties: false },
        ),
        { description: 'int8 or uint8 output → value = (stored − zeroPoint) × scale' },
      ),
    ),
    sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
    externalFiles: Type.Optional(
      Type.Record(Type.String({ pattern: '^[^/\\\\]+$' }), Type.String({ pattern: '^[0-9a-f]{64}$' }), {
        description: 'weights kept beside the .onnx file: name → sha256, checked as the file is',
      }),
    ),
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
  readonly multipleOf?: number
  readonly layout: 'nhwc' | 'nchw'
  readonly type: 'uint8' | 'int8' | 'float16' | 'float32'
  readonly channels: 'rgb' | 'bgr'
  readonly scale: number
  readonly mean: readonly [number, number, number]
  readonly deviation: readonly [number, number, number]
}

/** int8 inputs of quantised models: pixel − 128. */
const signed = { scale: 1, mean: [128, 128, 128], deviation: [1, 1, 1] } as const
/** uint8 inputs take the pixels. */
const plain = { scale: 1, mean: [0, 0, 0], deviation: [1, 1, 1] } as const

/** The family's usual input, changed by what model.json says. Several frames below each other make it so many times as high. */
export function inputFormatOf({
  family,
  input,
  frames,
}: Pick<ModelDescription, 'family' | 'input' | 'frames'>): InputFormat {
  const usual: Omit<InputFormat, 'width' | 'height' | 'letterbox'> = families[family].input
  const type = input.type ?? usual.type
  const values = type === 'int8' ? signed : type === 'uint8' ? plain : usual.type === 'uint8' ? plain : {}
  return { ...usual, ...values, ...input, height: input.height * (frames?.count ?? 1) }
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
  const value = Value.Default(ModelDescription, withLabels(written))
  const faults = [...validator.Errors(value)].map(({ instancePath, message }) => `${instancePath || '/'}: ${message}`)
  if (faults.length === 0) faults.push(...contradictions(value as ModelDescription))
  if (faults.length > 0) throw new AppError('QLY_MODEL_INVALID', `${where}: ${faults.join('; ')}`, { details: faults })
  return value as ModelDescription
}

/** An embedding's one label means nothing, so it need not be written. */
function withLabels(written: unknown): unknown {
  const isEmbedding = (written as { family?: FamilyName } | null)?.family === 'embedding'
  return isEmbedding ? { labels: ['embedding'], ...(written as object) } : written
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
  const { width, height, multipleOf } = description.input
  if (multipleOf !== undefined && (width % multipleOf !== 0 || height % multipleOf !== 0))
    faults.push(`/input/multipleOf: ${width}×${height} is no multiple of ${multipleOf}`)
  if (multipleOf !== undefined && description.frames !== undefined)
    faults.push('/input/multipleOf: not for a model of several frames')
  if (format.deviation.some((deviation) => deviation === 0)) faults.push('/input/deviation: must not be 0')
  return faults
}
