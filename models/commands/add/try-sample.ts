// One picture through a model that was just described: decoded, cut and merged as a camera's frame, run in a process of its own.

import type { Detection } from '../../../services/vision/detection/detection.ts'
import { stackOf } from '../../../services/vision/detection/frame-history.ts'
import { mergeCuts } from '../../../services/vision/detection/to-frame.ts'
import { pixelsOf } from '../../../services/vision/inference/sized-input.ts'
import { parseModelDescription } from '../../../services/vision/model-registry/model-description.ts'
import { runTrial } from '../../../services/vision/model-registry/trial/run-trial.ts'
import { colours, cutFor, drawBoxes, loadPicture } from '../pictures.ts'

export interface Sample {
  readonly detections: readonly Detection[]
  /** JPEG with boxes */
  readonly drawn: Buffer
  readonly colourOf: (label: string) => string
  /** of an embedding: numbers of its vector */
  readonly vectorLength: number | undefined
  /** the model alone, with pre- and post-processing */
  readonly seconds: number
}

/** `folder` holds the model's files and its model.json (as text). Rejects with QLY_MODEL_INVALID. */
export async function trySample(file: string, name: string, json: string, picture: string): Promise<Sample> {
  const description = parseModelDescription(json, 'model.json')
  const pixels = await loadPicture(picture)
  const cut = await cutFor(pixels, description.input)
  const minimumScore = description.threshold
  const shown = description.frames ? stackOf([cut.rgb], description.frames.count) : pixelsOf(cut)
  const trial = await runTrial({ kind: 'see', model: { name, file, description }, pictures: [shown], minimumScore })
  const [found = []] = trial.detections
  const vector = found[0]?.vector
  const detections = vector
    ? []
    : mergeCuts([{ placement: cut, detections: found }], {
        model: name,
        thresholdOf: (label) => description.thresholds?.[label] ?? description.threshold,
        iou: description.nms,
      })
  const seen = [...new Set(detections.map(({ label }) => label))].sort()
  const colourOf = (label: string) => colours[Math.max(0, seen.indexOf(label)) % colours.length] as string
  const drawn = await drawBoxes(pixels, detections, colourOf)
  return { detections, drawn, colourOf, vectorLength: vector?.length, seconds: trial.seconds }
}
