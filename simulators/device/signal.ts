// A measured value over time, as data: a level, the shape of the day, slow wander and noise, events that happen to the world, faults that happen to the sensor.
import { createRandom, type Random } from '../random.ts'

export interface SignalEvent {
  /** seconds after the start */
  readonly from: number
  readonly to: number
  /** how much it adds at its height, in the unit of the signal */
  readonly amount: number
  /** `rise`: grows until `to` and stays; `hump`: grows and falls again; `step`: there from `from` to `to` */
  readonly shape: 'rise' | 'hump' | 'step'
}

export interface SignalFault {
  readonly from: number
  readonly to: number
  /** stuck: repeats its last value; spike: one wild value; drift: creeps away by `amount` an hour; missing: no value */
  readonly kind: 'stuck' | 'spike' | 'drift' | 'missing'
  readonly amount?: number
}

export interface SignalScript {
  readonly level: number
  /** what the hour of the day adds, 24 values; between hours it is interpolated */
  readonly day?: readonly number[]
  /** standard deviation of the slow wander, and its memory in seconds */
  readonly wander?: number
  readonly memorySeconds?: number
  /** standard deviation of the noise of one reading */
  readonly noise?: number
  readonly decimals: number
  readonly least?: number
  readonly most?: number
  readonly events?: readonly SignalEvent[]
  readonly faults?: readonly SignalFault[]
}

export interface Signal {
  /** The reading at so many seconds after the start, at an hour of the local day (fraction); undefined while the sensor gives none. */
  read(seconds: number, hour: number): number | undefined
}

/** Readings must be taken in order of time. */
export function createSignal(script: SignalScript, seed: number): Signal {
  const random = createRandom(seed)
  let wander = script.wander ? random.normal(0, script.wander) : 0
  let before: number | undefined
  let last: number | undefined
  return {
    read(seconds, hour) {
      wander = wanderOn(wander, before === undefined ? 0 : seconds - before, script, random)
      before = seconds
      const fault = script.faults?.find(({ from, to }) => seconds >= from && seconds < to)
      if (fault?.kind === 'missing') return undefined
      if (fault?.kind === 'stuck' && last !== undefined) return last
      let value = script.level + wander + ofDay(script.day, hour) + (script.noise ? random.normal(0, script.noise) : 0)
      for (const event of script.events ?? []) value += eventAt(event, seconds)
      if (fault?.kind === 'spike')
        value += (fault.amount ?? 10 * (Math.abs(script.level) + 1)) * (random.chance(0.3) ? 1 : 0)
      if (fault?.kind === 'drift') value += ((fault.amount ?? 0) * (seconds - fault.from)) / 3600
      const bounded = Math.min(
        script.most ?? Number.POSITIVE_INFINITY,
        Math.max(script.least ?? Number.NEGATIVE_INFINITY, value),
      )
      last = Number(bounded.toFixed(script.decimals))
      return last
    },
  }
}

/** What an event adds at a time. */
export function eventAt({ from, to, amount, shape }: SignalEvent, seconds: number): number {
  if (seconds < from) return 0
  const share = Math.min(1, (seconds - from) / Math.max(1e-9, to - from))
  if (shape === 'rise') return amount * share * share * (3 - 2 * share)
  if (share >= 1) return 0
  return shape === 'step' ? amount : amount * Math.sin(Math.PI * share) ** 2
}

/** Ornstein–Uhlenbeck: wanders about nought with the given spread and memory. */
function wanderOn(value: number, elapsed: number, script: SignalScript, random: Random): number {
  if (!script.wander || elapsed <= 0) return value
  const keep = Math.exp(-elapsed / (script.memorySeconds ?? 1800))
  return value * keep + random.normal(0, script.wander * Math.sqrt(1 - keep * keep))
}

function ofDay(day: readonly number[] | undefined, hour: number): number {
  if (!day) return 0
  const first = Math.floor(hour) % 24
  const share = hour - Math.floor(hour)
  return (day[first] ?? 0) * (1 - share) + (day[(first + 1) % 24] ?? 0) * share
}
