// `npm run models:evaluate -- --model street --data DIR`: figures of a model on labelled pictures, beside a reference, through the product's runtime.
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '../../../services/contracts/errors.ts'
import { say, table } from '../terminal.ts'
import { conditions, evaluateOn, judgedClasses, type SetReport } from './evaluate-model.ts'
import { type MeasuredModel, openMeasured } from './measured-model.ts'
import { readYoloFolder } from './yolo-folder.ts'

export const help = `npm run models:evaluate -- --model NAME --data DIR [OPTIONS]

Prints AP50, AP50:95, precision and recall a class, false alarms per 1,000 frames with nothing in them, and milliseconds
a frame at 1 and 2 threads; writes metrics.json with the data's hashes. AP agrees with pycocotools.

  --model NAME|FOLDER           folder under --directory, or a path
  --data DIR                    a YOLO folder: images/, labels/, and names in data.yaml or classes.txt; may be given again
  --reference NAME|FILE.onnx    another model on the same pictures in the same run
  --reference-labels FILE       labels of a reference that does not name its own, one a line
  --classes car,person          only these; default: all that the data labels and the model finds
  --directory DIR               where models are looked up; default: models
  --out FILE                    default: <model folder>/metrics.json, where sets of other names are kept`

export async function evaluate(args: readonly string[]): Promise<void> {
  const values = readArguments(args)
  if (values.help) return say(help)
  if (values.model === undefined || values.data === undefined)
    throw new AppError('QLY_INPUT_INVALID', `--model and --data are needed\n\n${help}`)
  const directory = values.directory ?? 'models'
  const folders = []
  for (const data of values.data) folders.push(await readYoloFolder(data))
  const models: MeasuredModel[] = []
  try {
    const model = await openMeasured(values.model, { directory })
    models.push(model)
    if (values.reference)
      models.push(await openMeasured(values.reference, { directory, labels: values['reference-labels'] }))
    const reports: SetReport[] = []
    for (const folder of folders) {
      const classes = judgedClasses(folder, model, values.classes?.split(','))
      if (classes.length === 0) {
        const has = `${folder.name} labels ${folder.labels.join(', ')}; the model finds ${model.model.classes.join(', ')}`
        throw new AppError('QLY_INPUT_INVALID', `nothing to judge: ${has}`)
      }
      const report = await evaluateOn(folder, models, classes)
      tell(report)
      reports.push(report)
    }
    const out = values.out ?? join(model.model.key, 'metrics.json')
    await writeMetrics(out, model, reports)
    say(`written: ${resolve(out)}`)
  } finally {
    await Promise.all(models.map((model) => model.close()))
  }
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        model: text,
        data: { ...text, multiple: true },
        reference: text,
        'reference-labels': text,
        classes: text,
        directory: text,
        out: text,
      },
    }).values
  } catch (cause) {
    throw new AppError('QLY_INPUT_INVALID', `${(cause as Error).message}\n\n${help}`, { cause })
  }
}

function tell({ data, models }: SetReport): void {
  const points = (share: number | null | undefined) => (share == null ? '–' : (100 * share).toFixed(1))
  say(`\n${data.name}: ${data.pictures} pictures, sha256 ${data.sha256.slice(0, 16)}…`)
  const head = ['class', 'objects', 'model', 'AP50', 'AP50:95', 'precision', 'recall']
  const rows = data.classes.flatMap((label) =>
    models.map(({ model, classes }) => {
      const figures = classes[label]
      return [
        label,
        String(figures?.objects ?? 0),
        model,
        points(figures?.ap50),
        points(figures?.ap50to95),
        points(figures?.precision),
        points(figures?.recall),
      ]
    }),
  )
  say(table([head, ...rows]))
  for (const { model, negatives, falseAlarmsPer1000Negatives, msPerFrame } of models) {
    const alarms =
      falseAlarmsPer1000Negatives === null
        ? 'no frames without objects'
        : `${falseAlarmsPer1000Negatives} false alarms per 1,000 of ${negatives} frames without objects`
    say(`${model}: ${msPerFrame.threads1} ms a frame at 1 thread, ${msPerFrame.threads2} ms at 2; ${alarms}`)
  }
}

/** Sets of other names that the file has stay. */
async function writeMetrics(file: string, { model }: MeasuredModel, reports: readonly SetReport[]): Promise<void> {
  const before = await readFile(file, 'utf8').then(
    (text) => (JSON.parse(text) as { sets?: Record<string, SetReport>; sha256?: string }) ?? {},
    () => ({ sets: {} as Record<string, SetReport>, sha256: undefined }),
  )
  const sets = Object.fromEntries(reports.map((report) => [report.data.name, report]))
  const kept = before.sha256 === model.description.sha256 ? before.sets : {}
  const metrics = {
    model: model.tag,
    sha256: model.description.sha256,
    conditions: conditions(),
    sets: { ...kept, ...sets },
  }
  await writeFile(file, `${JSON.stringify(metrics, null, 2)}\n`)
}
