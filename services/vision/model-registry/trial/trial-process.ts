// The program of a trial: a process of its own opens a model that nobody knows, so that a file which makes the native runtime crash, hang
// or swallow the memory harms only this process. One request over IPC, one answer.
import { InferenceSession } from 'onnxruntime-node'
import { AppError, asAppError } from '../../../contracts/errors.ts'
import { toOutputTensor } from '../../detection/families/output-tensor.ts'
import { createTensorBuilder } from '../../detection/input-tensor.ts'
import { inputsOf, toTensor } from '../../inference/graph-inputs.ts'
import { openModelRuntime } from '../../inference/model-runtime.ts'
import type { SeenOutput } from '../onnx/guess-family.ts'
import type { TrialReply, TrialRequest, TrialResult } from './trial-messages.ts'

process.once('message', async (request: TrialRequest) => {
  let reply: TrialReply
  try {
    reply = { result: request.kind === 'probe' ? await probe(request) : await see(request) }
  } catch (thrown) {
    const { code, message } = asAppError(thrown, 'QLY_MODEL_INVALID')
    reply = { error: { code, message } }
  }
  // Whoever asked may be gone by now.
  process.send?.(reply, undefined, {}, () => process.exit(0))
})

async function probe({ file, format }: TrialRequest & { kind: 'probe' }): Promise<TrialResult> {
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  const grey = createTensorBuilder(format)(new Uint8Array(format.width * format.height * 3).fill(114))
  const inputs = inputsOf(session, grey, { input: format })
  if (inputs.faults.length > 0) throw new AppError('QLY_MODEL_INVALID', inputs.faults.join('; '))
  const begun = performance.now()
  const raw = await session.run({ ...inputs.constant, [inputs.picture]: toTensor(grey) })
  const seconds = (performance.now() - begun) / 1000
  const outputs = session.outputNames.map((name): SeenOutput => {
    const { type, dims, data } = raw[name] as (typeof raw)[string]
    const isQuantised = type === 'int8' || type === 'uint8'
    const numbers = toOutputTensor(name, { type, dims, data }, isQuantised ? { scale: 1 } : undefined).data
    return { name, type, shape: [...dims], largest: largestOfBoxes(numbers, dims) }
  })
  return { outputs, detections: [], seconds }
}

/** Largest absolute value among the first four numbers of the rows (or the first four rows, where the anchors are columns). */
function largestOfBoxes(data: Float32Array, dims: readonly number[]): number {
  const [rows = 1, columns = 1] = dims.slice(-2)
  let largest = 0
  for (const [index, value] of data.entries()) {
    const place = columns > rows ? Math.floor(index / columns) : index % columns
    if (place < 4 && Math.abs(value) > largest) largest = Math.abs(value)
  }
  return largest
}

async function see({ model, pictures, minimumScore }: TrialRequest & { kind: 'see' }): Promise<TrialResult> {
  const runtime = await openModelRuntime(model, { threads: 1 })
  const begun = performance.now()
  const detections = []
  // one by one, as the time of one picture is wanted
  for (const picture of pictures) detections.push(...(await runtime.infer([picture], minimumScore)))
  return { outputs: [], detections, seconds: (performance.now() - begun) / 1000 }
}
