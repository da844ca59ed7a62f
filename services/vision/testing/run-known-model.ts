// A model of known outputs, run once in a real session with the shortest model.json. Input 32 × 32, labels car and person.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CutDetection } from '../detection/detection.ts'
import { openModelRuntime } from '../inference/model-runtime.ts'
import { parseModelDescription } from '../model-registry/model-description.ts'

/** 32 × 32 RGB */
export const greyPicture = new Uint8Array(32 * 32 * 3).fill(114)

/** What it finds above 0.2; `json` goes over the shortest model.json. Rejects with the reason if the graph is refused. */
export async function runKnownModel(
  onnx: Uint8Array,
  json: Record<string, unknown>,
  picture = greyPicture,
): Promise<CutDetection[]> {
  const directory = await mkdtemp(join(tmpdir(), 'qly-families-'))
  const file = join(directory, 'model.onnx')
  await writeFile(file, onnx)
  const text = JSON.stringify({
    labels: ['car', 'person'],
    sha256: '0'.repeat(64),
    licence: 'x',
    trainedOn: 'x',
    ...json,
    input: { width: 32, height: 32, ...(json.input as object) },
  })
  try {
    const description = parseModelDescription(text, 'model.json')
    const runtime = await openModelRuntime({ name: 'test', file, description }, { threads: 1 })
    try {
      const [detections = []] = await runtime.infer([picture], 0.2)
      return detections
    } finally {
      await runtime.release()
    }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}
