// A model as it is measured: opened by the product's registry, run by its inference threads, on pictures cut and merged as cameras' frames are.
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Pixels } from '../../../services/contracts/frames.ts'
import { silentLogger } from '../../../services/kernel/logging/logger.ts'
import { stackOf } from '../../../services/vision/detection/frame-history.ts'
import { mergeCuts } from '../../../services/vision/detection/to-frame.ts'
import { createInferencePool, type InferencePool } from '../../../services/vision/inference/inference-pool.ts'
import { createModelRegistry, type Model } from '../../../services/vision/model-registry/model-registry.ts'
import { tileRegions } from '../../../services/vision/plan/tiles.ts'
import { describeModel } from '../add/describe-model.ts'
import { nameOf } from '../add/install-folder.ts'
import { readLabels } from '../labels.ts'
import { cutFor } from '../pictures.ts'
import type { Found } from './figures.ts'

export interface MeasuredModel {
  readonly name: string
  readonly model: Model
  /** Boxes in pixels of the picture, down to a score of 0.01. */
  detect(picture: Pixels): Promise<Found[]>
  /** Milliseconds of one picture in the model with pre- and post-processing, on 1 or 2 threads. */
  milliseconds(picture: Pixels, threads: 1 | 2): Promise<number>
  close(): Promise<void>
}

/** A name under `directory`, a folder with model.json, or an .onnx file, whose labels are in `labels` or in the file. */
export async function openMeasured(
  named: string,
  { directory, labels }: { directory: string; labels?: string | undefined },
): Promise<MeasuredModel> {
  const folder = named.endsWith('.onnx') ? await temporaryFolder(named, labels) : undefined
  const pools: Record<1 | 2, InferencePool> = {
    1: createInferencePool({ logger: silentLogger }, { threadsPerSession: 1, inferenceWorkers: 1 }),
    2: createInferencePool({ logger: silentLogger }, { threadsPerSession: 2, inferenceWorkers: 1 }),
  }
  const close = async () => {
    await Promise.all(Object.values(pools).map((pool) => pool.stop()))
    if (folder) await rm(dirname(folder), { recursive: true, force: true })
  }
  try {
    const model = await createModelRegistry({ pool: pools[1] }, { directory }).open(folder ?? named)
    await createModelRegistry({ pool: pools[2] }, { directory }).open(folder ?? named)
    const { input, nms, tiles, frames } = model.description
    const regions = tiles ? tileRegions(tiles) : [undefined]
    const infer = async (picture: Pixels, threads: 1 | 2, minimumScore: number) => {
      const cuts = await Promise.all(regions.map((region) => cutFor(picture, input, region)))
      // a picture alone is one in which nothing moves
      const pixels = cuts.map(({ rgb, width, height }) =>
        frames ? stackOf([rgb], frames.count) : { rgb, width, height },
      )
      const { detections, seconds } = await pools[threads].infer(model.key, 'evaluation', pixels, minimumScore)
      return { cuts: cuts.map((placement, index) => ({ placement, detections: detections[index] ?? [] })), seconds }
    }
    return {
      name: model.name,
      model,
      async detect(picture) {
        const { cuts } = await infer(picture, 1, 0.01)
        const options = { model: model.tag, thresholdOf: model.thresholdOf, iou: nms }
        return mergeCuts(cuts, options).map(({ label, score, threshold, box }) => ({
          label,
          score,
          threshold,
          box: [box[0] * picture.width, box[1] * picture.height, box[2] * picture.width, box[3] * picture.height],
        }))
      },
      async milliseconds(picture, threads) {
        return 1000 * (await infer(picture, threads, model.description.threshold)).seconds
      },
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** An .onnx alone gets the model.json that models:add would write. */
async function temporaryFolder(file: string, labels: string | undefined): Promise<string> {
  const { description, externalFiles } = await describeModel({
    file: resolve(file),
    ...(labels ? { labels: await readLabels(labels) } : {}),
  })
  const folder = join(await mkdtemp(join(tmpdir(), 'qly-evaluate-')), nameOf(file))
  await mkdir(folder)
  await symlink(resolve(file), join(folder, 'model.onnx'))
  for (const name of externalFiles) await symlink(resolve(dirname(file), name), join(folder, name))
  await writeFile(join(folder, 'model.json'), JSON.stringify(description))
  return folder
}
