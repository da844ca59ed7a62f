// The process that opens mutated models, one after the other, as a trial does (model-registry/trial): what crashes here crashes no app.
import { InferenceSession, Tensor } from 'onnxruntime-node'

process.on('message', async (bytes: Uint8Array) => {
  let verdict: 'ran' | 'refused' = 'refused'
  try {
    const options = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 } as const
    const session = await InferenceSession.create(bytes, options)
    try {
      const feeds = Object.fromEntries(
        session.inputMetadata.map(({ name }) => [
          name,
          new Tensor('float32', new Float32Array(3 * 64 * 64), [1, 3, 64, 64]),
        ]),
      )
      await session.run(feeds)
      verdict = 'ran'
    } finally {
      await session.release()
    }
  } catch {
    // refused with a reason: what it should do
  }
  process.send?.(verdict)
})
