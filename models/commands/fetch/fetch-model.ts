// `npm run models:fetch`: lists public detectors, and gets one: downloaded, compared with its hash, tried and described like any brought model.

import { rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { AppError } from '../../../services/contracts/errors.ts'
import { describeModel } from '../add/describe-model.ts'
import { installFolder, nameOf } from '../add/install-folder.ts'
import { familyOf, samplePicture, sizeOf, tellDescribed, tellSample } from '../add/tell.ts'
import { trySample } from '../add/try-sample.ts'
import { readLabels } from '../labels.ts'
import { createProgressBar, type ProgressBar, say, table } from '../terminal.ts'
import { download } from './download.ts'
import { type PublicModel, publicModels } from './public-models.ts'

export const help = `npm run models:fetch                          lists public detectors with their licences
npm run models:fetch -- NAME                  gets one of them
npm run models:fetch -- --url URL --sha256 HEX --licence TEXT [--labels FILE] [--family NAME] [--size 640]
                                              gets any other

Downloads, resumes where an earlier try ended, compares the hash, tries the file in a process of its own and writes
a folder that cameras can name. Nothing is used whose hash differs.

  --directory DIR   where the folder goes; default: models
  --name NAME       default: the file's name
  --replace         a model of that name is replaced`

export async function fetchModel(args: readonly string[], list: readonly PublicModel[] = publicModels): Promise<void> {
  const { values, positionals } = readArguments(args)
  if (values.help) return say(help)
  if (values.url === undefined && positionals.length === 0) return tellList(list)
  const wanted =
    values.url === undefined ? listed(list, positionals[0] ?? '') : await byUrl({ ...values, url: values.url })
  const directory = values.directory ?? 'models'
  const name = values.name ?? wanted.name
  const target = join(directory, name)
  if (!values.replace && (await stat(target).catch(() => undefined)))
    throw new AppError('QLY_CONFLICT', `${target} exists already; --replace, or another --name`)

  const file = join(directory, '.fetched', `${wanted.sha256.slice(0, 16)}.onnx`)
  let bar: ProgressBar | undefined
  const onProgress = (done: number, total: number) => {
    bar ??= createProgressBar(name, total, { unit: 1e6, name: 'MB' })
    bar.at(done)
  }
  try {
    await download({ ...wanted, file }, { onProgress })
  } finally {
    bar?.end()
  }
  const described = await describeModel({ ...wanted, file })
  const json = `${JSON.stringify({ ...described.description, source: wanted.url }, null, 2)}\n`
  tellDescribed(described)
  const sample = await trySample(file, name, json, samplePicture)
  const shown = join(tmpdir(), `${name}-sample.jpg`)
  await writeFile(shown, sample.drawn)
  tellSample(sample, shown)
  const folder = await installFolder({ directory, name, file, beside: [], json }, { replace: values.replace ?? false })
  await rm(file)
  say(`${folder} is ready; cameras use it with  models: [${name}]`)
}

type Wanted = Pick<PublicModel, 'name' | 'url' | 'sha256'> &
  Partial<PublicModel> & { size?: { width: number; height: number } }

function listed(list: readonly PublicModel[], name: string): Wanted {
  const found = list.find((model) => model.name === name)
  if (found === undefined)
    throw new AppError(
      'QLY_MODEL_UNKNOWN',
      `"${name}" is not in the list: ${list.map((model) => model.name).join(', ')}`,
    )
  return found
}

async function byUrl(values: {
  url: string
  sha256?: string
  licence?: string
  labels?: string
  family?: string
  size?: string
}): Promise<Wanted> {
  const { url, sha256, licence } = values
  if (!/^https?:\/\//.test(url)) throw new AppError('QLY_INPUT_INVALID', '--url is http:// or https://')
  if (!/^[0-9a-f]{64}$/i.test(sha256 ?? ''))
    throw new AppError('QLY_INPUT_INVALID', "--url needs the file's --sha256, 64 digits")
  if (licence === undefined)
    throw new AppError('QLY_INPUT_INVALID', '--url needs the --licence of the weights: it is kept in model.json')
  return {
    name: nameOf(new URL(url).pathname),
    url,
    sha256: (sha256 as string).toLowerCase(),
    licence,
    ...(values.labels ? { labels: await readLabels(values.labels) } : {}),
    ...(values.family ? { family: familyOf(values.family) } : {}),
    ...(values.size ? { size: sizeOf(values.size) } : {}),
  }
}

function readArguments(args: readonly string[]) {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        url: text,
        sha256: text,
        licence: text,
        labels: text,
        family: text,
        size: text,
        directory: text,
        name: text,
        replace: { type: 'boolean' },
      },
    })
  } catch (cause) {
    throw new AppError('QLY_INPUT_INVALID', `${(cause as Error).message}\n\n${help}`, { cause })
  }
}

function tellList(list: readonly PublicModel[]): void {
  for (const { name, about, licence, trainedOn, url, bytes, sha256 } of list) {
    say(name)
    say(
      table([
        ['', 'what', `${about}, ${(bytes / 1e6).toFixed(1)} MB, trained on ${trainedOn}`],
        ['', 'licence', licence],
        ['', 'source', url],
        ['', 'sha256', sha256],
      ]),
    )
  }
  say('\nnpm run models:fetch -- NAME gets one; --help says how to get others')
}
