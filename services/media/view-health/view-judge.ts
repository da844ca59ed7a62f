// Judges a camera's view from its pictures over time: black, frozen, blurred, moved. Each must last before it is said and before it is taken back,
// so that a lorry, a headlight or a flapping picture is no news. Pure: state in, state out.
import type { MediaConfig } from '../../contracts/config/media.ts'
import { type GreyPicture, greyDifference, keptShare, measurePicture } from './picture-measures.ts'

export const viewFaults = ['black', 'frozen', 'blurred', 'moved'] as const
export type ViewFault = (typeof viewFaults)[number]

export interface ViewState {
  readonly faults: ReadonlySet<ViewFault>
  /** since when a fault that is said is not seen, or one that is not said is seen; ms */
  readonly doubts: Readonly<Partial<Record<ViewFault, number>>>
  readonly last: GreyPicture | undefined
  /** edges of the view as it usually is */
  readonly reference: Float32Array | undefined
  /** sharpness as it usually is */
  readonly usualSharpness: number | undefined
}

export const freshView: ViewState = {
  faults: new Set(),
  doubts: {},
  last: undefined,
  reference: undefined,
  usualSharpness: undefined,
}

/** The view as it is now is the usual one: what comes next is learnt anew. Whether it is black or frozen stays as it is. */
export function confirmedView(before: ViewState): ViewState {
  const faults = new Set(before.faults)
  faults.delete('moved')
  faults.delete('blurred')
  return { faults, doubts: {}, last: before.last, reference: undefined, usualSharpness: undefined }
}

/** How much of the reference each good picture replaces: at one in 2 s it follows the light over some two minutes. */
const adaptation = 0.02

/** One picture further; `at` in ms, rising. Pictures of another size begin a new view. */
export function judgeView(before: ViewState, picture: GreyPicture, at: number, config: MediaConfig['view']): ViewState {
  const known = before.last?.grey.length ?? before.reference?.length
  const sameSize = known === undefined || known === picture.grey.length
  const state = sameSize ? before : freshView
  const { mean, deviation, sharpness, edges } = measurePicture(picture)
  const black = mean < config.blackMean && deviation < config.blackDeviation
  const usual = state.usualSharpness ?? sharpness
  const frozen = state.last !== undefined && greyDifference(state.last, picture) === 0
  const kept = black || !state.reference ? undefined : keptShare(state.reference, edges, picture)
  const moved =
    kept === undefined ? undefined : kept < (state.faults.has('moved') ? config.backShare : config.movedShare)
  // elsewhere there may be less to see: only the usual view can be blurred
  const blurred = !black && !moved && sharpness < config.blurredShare * usual
  const seen: Readonly<Record<ViewFault, boolean | undefined>> = { black, frozen, blurred, moved }
  const { faults, doubts } = settle(state, seen, at, config)
  const good = !black && !blurred && (kept === undefined || kept >= config.backShare)
  return {
    faults,
    doubts,
    last: picture,
    reference: !state.reference ? (black ? undefined : edges) : good ? blend(state.reference, edges) : state.reference,
    usualSharpness: black || blurred || moved ? state.usualSharpness : usual + adaptation * (sharpness - usual),
  }
}

function settle(
  state: ViewState,
  seen: Readonly<Record<ViewFault, boolean | undefined>>,
  at: number,
  config: MediaConfig['view'],
): Pick<ViewState, 'faults' | 'doubts'> {
  const faults = new Set(state.faults)
  const doubts: Partial<Record<ViewFault, number>> = {}
  for (const fault of viewFaults) {
    const said = faults.has(fault)
    const now = seen[fault]
    if (now === undefined || now === said) continue
    const since = state.doubts[fault] ?? at
    const lasting = said ? config.clearSeconds : fault === 'frozen' ? config.frozenSeconds : config.holdSeconds
    if (at - since < lasting * 1000) doubts[fault] = since
    else if (said) faults.delete(fault)
    else faults.add(fault)
  }
  return { faults, doubts }
}

function blend(reference: Float32Array, edges: Float32Array): Float32Array {
  return reference.map((value, index) => value + adaptation * ((edges[index] ?? 0) - value))
}
