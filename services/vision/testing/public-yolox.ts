// Test helper: a model folder for the public yolox_nano of ../shared, as a user would bring it: the file and a short model.json.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sharedData } from './clip-frames.ts'

const coco = `${sharedData}models/coco.names`
const onnx = `${sharedData}models/yolox_nano_416_coco80.onnx`

/** Makes `<parent>/yolox_nano` and answers with its path. */
export function makePublicYolox(parent: string, changes: Record<string, unknown> = {}): string {
  const folder = join(parent, 'yolox_nano')
  mkdirSync(folder, { recursive: true })
  symlinkSync(onnx, join(folder, 'model.onnx'))
  const description = {
    family: 'yolox',
    labels: readFileSync(coco, 'utf8').trim().split('\n'),
    classes: {
      car: 'car',
      truck: 'large_vehicle',
      bus: 'large_vehicle',
      motorbike: 'two_wheeler',
      bicycle: 'two_wheeler',
      person: 'person',
    },
    input: { width: 416, height: 416, letterbox: 'top-left' },
    threshold: 0.3,
    sha256: createHash('sha256').update(readFileSync(onnx)).digest('hex'),
    licence: 'Apache-2.0',
    trainedOn: 'COCO 2017 (Megvii YOLOX 0.1.1)',
    ...changes,
  }
  writeFileSync(join(folder, 'model.json'), JSON.stringify(description))
  return folder
}
