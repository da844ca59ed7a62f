// `npm run models:add -- FILE.onnx`: inspects the graph, writes models/<name>/{model.onnx, model.json}, runs a sample picture and shows the boxes.
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '../../../services/contracts/errors.ts'
import { familyNames } from '../../../services/vision/detection/families/families.ts'
import { readLabels } from '../labels.ts'
import { say } from '../terminal.ts'
import { describeModel } from './describe-model.ts'
import { installFolder, nameOf } from './install-folder.ts'
import { familyOf, samplePicture, sizeOf, tellDescribed, tellSample } from './tell.ts'
import { trySample } from './try-sample.ts'

export const help = `npm run models:add -- FILE.onnx [OPTIONS]

Brings an ONNX model into the product: reads its graph, recognises its family, writes a folder with model.onnx and
model.json, and runs one picture through it as a camera's frame. Cameras then name it: models: [<name>].
What does not fit is refused with the reason. The file is tried in a process of its own.

  --family NAME       ${familyNames.join(' | ')}
                      default: recognised by the outputs
  --labels FILE       one label a line, in the order of the outputs; default: those written in the file (Ultralytics)
  --size 640 | WxH    for graphs whose picture axes are open
  --threshold 0.3     score from which a detection counts
  --name NAME         default: the file's name
  --directory DIR     default: models
  --picture FILE      any picture; default: a rendered street
  --shown FILE        where the picture with boxes goes; default: the temporary folder
  --licence TEXT      licence of the weights; default: what the file says
  --trained-on TEXT   default: what the file says
  --replace           a model of that name is replaced
  --dry-run           nothing is written`

export async function addModel(args: readonly string[]): Promise<void> {
  const { values, positionals } = readArguments(args)
  if (values.help) return say(help)
  const [file] = positionals
  if (file === undefined || positionals.length !== 1)
    throw new AppError('QLY_INPUT_INVALID', `name one file\n\n${help}`)
  const name = values.name ?? nameOf(file)
  const described = await describeModel({
    file: resolve(file),
    ...(values.family ? { family: familyOf(values.family) } : {}),
    ...(values.labels ? { labels: await readLabels(values.labels) } : {}),
    ...(values.size ? { size: sizeOf(values.size) } : {}),
    ...(values.threshold ? { threshold: thresholdOf(values.threshold) } : {}),
    ...(values.licence ? { licence: values.licence } : {}),
    ...(values['trained-on'] ? { trainedOn: values['trained-on'] } : {}),
  })
  const json = `${JSON.stringify(described.description, null, 2)}\n`
  tellDescribed(described)
  const sample = await trySample(resolve(file), name, json, values.picture ?? samplePicture)
  const shown = values.shown ?? join(tmpdir(), `${name}-sample.jpg`)
  await writeFile(shown, sample.drawn)
  tellSample(sample, shown)
  if (values['dry-run']) return say('dry run: nothing was written')
  const directory = values.directory ?? 'models'
  const beside = described.externalFiles
  const folder = await installFolder({ directory, name, file, beside, json }, { replace: values.replace ?? false })
  say(`${folder} is ready; cameras use it with  models: [${values.directory ? resolve(folder) : name}]`)
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { ...flag, short: 'h' },
        family: text,
        labels: text,
        size: text,
        threshold: text,
        name: text,
        directory: text,
        picture: text,
        shown: text,
        licence: text,
        'trained-on': text,
        replace: flag,
        'dry-run': flag,
      },
    })
  } catch (cause) {
    throw new AppError('QLY_INPUT_INVALID', `${(cause as Error).message}\n\n${help}`, { cause })
  }
}

function thresholdOf(text: string): number {
  const value = Number(text)
  if (!(value >= 0 && value <= 1)) throw new AppError('QLY_INPUT_INVALID', '--threshold is a number from 0 to 1')
  return value
}
