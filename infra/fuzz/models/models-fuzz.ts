// `npm run fuzz -- models`: mutated ONNX files through our reader and the native runtime, mutated JPEGs through the reader of pictures.
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { AppError } from '../../../services/contracts/errors.ts'
import { cutPicture, readPicture } from '../../../services/media/pictures/read-picture.ts'
import { readOnnx } from '../../../services/vision/model-registry/onnx/onnx-file.ts'
import { knownModel } from '../../../services/vision/testing/family-onnx.ts'
import { createRandom } from '../../../simulators/random.ts'
import { createChildTrials } from '../child-trials.ts'
import type { Fuzz } from '../fuzz-port.ts'
import { createHeapWatch } from '../heap-watch.ts'
import { mutateBytes } from '../rtsp/mutate.ts'

const program = fileURLToPath(new URL('./native-process.ts', import.meta.url))
/** Longer than this is a hang. */
const slowestMs = 5000
const growthBytes = 64 * 2 ** 20

export const modelsFuzz: Fuzz = async ({ seed, inputs, say }) => {
  const random = createRandom(seed)
  const model = Buffer.from(
    knownModel(
      [{ shape: [1, 3, 64, 64] }],
      { output0: { shape: [1, 6, 84], values: new Array(504).fill(0.5) } },
      { names: "{0: 'car', 1: 'person'}", task: 'detect' },
    ),
  )
  const pictures = await goodPictures()
  const native = createChildTrials<Uint8Array, 'ran' | 'refused'>({ program, seconds: slowestMs / 1000 })
  const heap = createHeapWatch()
  const told = {
    onnxRead: 0,
    onnxRefused: 0,
    ran: 0,
    refused: 0,
    crashed: 0,
    hung: 0,
    picturesRead: 0,
    picturesRefused: 0,
    slowestMs: 0,
  }
  const began = performance.now()
  let before = 0
  try {
    for (let done = 0; done < inputs; done++) {
      const started = performance.now()
      if (done % 2 === 0) {
        const bytes = mutateBytes(random, model, [model])
        if (accepts(() => readOnnx(bytes))) told.onnxRead++
        else told.onnxRefused++
        told[await native.try(bytes)]++
      } else {
        const jpeg = mutateBytes(random, random.pick(pictures), pictures)
        if (await seesPicture(jpeg)) told.picturesRead++
        else told.picturesRefused++
      }
      told.slowestMs = Math.max(told.slowestMs, performance.now() - started)
      if (done === Math.min(500, Math.floor(inputs / 4))) before = heap.measure()
      if (done % 1000 === 999) say(`${done + 1} inputs`)
    }
  } finally {
    native.stop()
  }
  const grown = heap.measure() - before
  if (grown > growthBytes) throw new Error(`memory grew by ${Math.round(grown / 2 ** 20)} MiB`)
  if (told.slowestMs > 2 * slowestMs) throw new Error(`one input took ${Math.round(told.slowestMs)} ms`)
  return { inputs, seconds: (performance.now() - began) / 1000, told }
}

async function goodPictures(): Promise<Buffer[]> {
  const picture = () => sharp({ create: { width: 160, height: 120, channels: 3, background: '#3a7' } })
  return Promise.all([
    picture().jpeg().toBuffer(),
    picture().jpeg({ progressive: true }).toBuffer(),
    picture().toColourspace('cmyk').jpeg().toBuffer(),
    picture().withMetadata({ orientation: 6 }).jpeg().toBuffer(),
  ])
}

/** A reading or a refusal; anything else is a fault of ours, and ends the campaign. */
function accepts(read: () => unknown): boolean {
  try {
    read()
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

async function seesPicture(jpeg: Uint8Array): Promise<boolean> {
  try {
    const picture = await readPicture(jpeg, 25_000_000)
    const cut = await cutPicture(picture, { id: 'a', region: [0, 0, 1, 1], width: 64, height: 64, letterbox: 'centre' })
    if (cut.rgb.length !== 64 * 64 * 3) throw new Error(`a cut of ${cut.rgb.length} bytes`)
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}
