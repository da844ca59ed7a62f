// Opens an ONNX session on the first execution provider that takes the model; those that do not are told, never hidden.
import type { InferenceSession } from 'onnxruntime-node'

/** As onnxruntime names them. `cpu` is always there; the others need their libraries on the machine. */
export const executionProviders = ['cpu', 'cuda', 'tensorrt', 'openvino', 'coreml'] as const
export type ExecutionProvider = (typeof executionProviders)[number]

export interface SessionOptions {
  /** threads that share one inference on the processor */
  readonly threads: number
  /** in order of preference; `cpu` comes last by itself; default: only that */
  readonly providers?: readonly ExecutionProvider[]
}

/** A provider that did not take the model, and why. */
export interface RefusedProvider {
  readonly provider: ExecutionProvider
  readonly reason: string
}

export interface Opened<What> {
  readonly opened: What
  readonly provider: ExecutionProvider
  readonly refused: readonly RefusedProvider[]
}

/**
 * `attempt` opens and tries a session with the options it is given; the first provider on which it succeeds is taken. What it throws on the
 * last one, the processor, is the fault of the model and thrown on.
 */
export async function onFirstProvider<What>(
  { threads, providers = ['cpu'] }: SessionOptions,
  attempt: (options: InferenceSession.SessionOptions) => Promise<What>,
): Promise<Opened<What>> {
  const refused: RefusedProvider[] = []
  for (const provider of providers) {
    if (provider === 'cpu') break
    try {
      return { opened: await attempt(optionsFor(provider, threads)), provider, refused }
    } catch (error) {
      refused.push({ provider, reason: (error as Error).message.split('\n')[0] ?? '' })
    }
  }
  return { opened: await attempt(optionsFor('cpu', threads)), provider: 'cpu', refused }
}

function optionsFor(provider: ExecutionProvider, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: [provider],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    // a provider that is missing is told by us, once
    logSeverityLevel: provider === 'cpu' ? 3 : 4,
    // Spinning threads of several sessions slow each other 2–3 × (training.md).
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  }
}
