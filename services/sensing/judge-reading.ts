// Second half of a reading's way: limits judge its values, persistence confirms, and findings begin, go on and end. Pure.
import type { Config } from '../contracts/config/config.ts'
import type { Condition, DeviceState } from './device-state.ts'
import type { Assessment, Telling } from './limits/assessment.ts'
import { assessCrowd } from './limits/crowd.ts'
import { assessGas } from './limits/gas.ts'
import type { NoiseClass } from './limits/noise.ts'
import { assessNoise } from './limits/noise.ts'
import { assessOdour, type OdourOpinion } from './limits/odour.ts'
import { assessWater } from './limits/water-class.ts'
import { assessWaterLevel } from './limits/water-level.ts'
import { advancePersistence, emptyPersistence, onLadder, type PersistenceState } from './persistence.ts'
import type { FaultChange, Taken } from './take-reading.ts'

/** A change of a finding, before it becomes an event. */
export interface FindingChange {
  readonly phase: 'started' | 'continued' | 'ended'
  readonly condition: Condition
  /** persistence before an end, which knows since when it held */
  readonly since: number
  readonly at: number
  /** severity of the confirmed step; undefined when ended */
  readonly severity: Assessment['severities'][number] | undefined
  /** why it ended; absent: the values came back */
  readonly reason?: 'sensor fault' | 'no data'
}

export interface JudgeContext {
  readonly config: Pick<Config, 'sensing' | 'timezone'>
  readonly noiseClass: NoiseClass | undefined
  readonly odour: { readonly opinion: OdourOpinion; readonly threshold: number } | undefined
}

export interface Judged {
  readonly state: DeviceState
  readonly changes: readonly FindingChange[]
}

/** Judges what was taken. */
export function judgeReading(taken: Taken, context: JudgeContext): Judged {
  const conditions: Record<string, Condition> = { ...taken.state.conditions }
  const changes: FindingChange[] = []
  for (const change of taken.faults) {
    if (change.fault !== null) changes.push(...endFaulty(conditions, change, taken.at))
  }
  for (const assessment of assess(taken, context)) {
    const key = `${assessment.kind}/${assessment.subject}`
    const before = conditions[key] ?? newCondition(assessment)
    const { condition, change } = advance(before, assessment, context.config.sensing.repeatSeconds)
    conditions[key] = condition
    if (change) changes.push(change)
  }
  return { state: { ...taken.state, conditions }, changes }
}

/** Ends every open finding of a device that is not heard any more. */
export function endSilent(state: DeviceState, at: number): Judged {
  const conditions: Record<string, Condition> = { ...state.conditions }
  const changes: FindingChange[] = []
  for (const [key, condition] of Object.entries(conditions)) {
    if (condition.persistence.level > 0) changes.push(end(conditions, key, condition, at, 'no data'))
  }
  return { state: { ...state, conditions }, changes }
}

function assess({ state, at, values, arrayGrew }: Taken, { config, noiseClass, odour }: JudgeContext): Assessment[] {
  const { water, waterLevel, crowd, gas, noise } = config.sensing
  const { deviceId } = state
  const isWater = (name: string) => name === 'ph' || Object.hasOwn(water.items, name)
  const waterNow = Object.keys(values).some(isWater)
  const waterValues = Object.entries(state.latest)
    .filter(([name, [time]]) => isWater(name) && time <= at && at - time <= water.itemMaximumAgeSeconds * 1000)
    .filter(([name]) => (state.sensors[name]?.fault ?? null) === null)
    .map(([name, [, value]]) => [name, value] as const)
  return [
    waterNow ? assessWater(deviceId, at, { ...Object.fromEntries(waterValues), ...values }, water) : undefined,
    values.water_level === undefined ? undefined : assessWaterLevel(deviceId, at, values.water_level, waterLevel),
    ...assessCrowd(deviceId, at, values, crowd),
    ...assessGas(at, values, gas),
    values.noise_la === undefined
      ? undefined
      : assessNoise(at, state.noise, noiseClass ?? noise.defaultClass, config.timezone, noise),
    arrayGrew && odour ? assessOdour(odour.opinion, config.sensing.odour, odour.threshold) : undefined,
  ].filter((assessment) => assessment !== undefined)
}

function newCondition({ kind, subject }: Assessment): Condition {
  return { kind, subject, persistence: emptyPersistence, telling: null, toldAt: Number.MIN_SAFE_INTEGER }
}

function advance(before: Condition, assessment: Assessment, repeatSeconds: number) {
  const { raised, held } = onLadder(assessment.steps, assessment.value)
  const sample = { at: assessment.at, raised, held }
  const persistence = advancePersistence(before.persistence, sample, assessment.persistence)
  const telling = tellingAfter(before, persistence, assessment, raised)
  const now = persistence.window.at(-1)?.at ?? assessment.at
  const was = before.persistence.level
  const { level } = persistence
  const phase =
    level === 0
      ? was > 0
        ? 'ended'
        : undefined
      : was === 0
        ? 'started'
        : level !== was || now - before.toldAt >= repeatSeconds * 1000
          ? 'continued'
          : undefined
  const condition: Condition = { ...before, persistence, telling, toldAt: phase === undefined ? before.toldAt : now }
  if (phase === undefined) return { condition, change: undefined }
  const since = (phase === 'ended' ? before : condition).persistence.since ?? now
  const told = phase === 'ended' ? { ...condition, telling: assessment.telling } : condition
  const change: FindingChange = { phase, condition: told, since, at: now, severity: assessment.severities[level - 1] }
  return { condition, change }
}

/** People are told of the newest sample that exceeded, not of one that happens to be in line while the condition still holds. */
function tellingAfter(
  before: Condition,
  after: PersistenceState,
  assessment: Assessment,
  raised: number,
): Telling | null {
  const newest = after.window.at(-1)?.at === assessment.at
  return before.telling === null || (newest && raised > 0) ? assessment.telling : before.telling
}

/** A finding that rests on a sensor now known to be faulty is ended, and forgets the samples that it came from. */
function endFaulty(conditions: Record<string, Condition>, { name }: FaultChange, at: number): FindingChange[] {
  return Object.entries(conditions)
    .filter(([, condition]) => restsOn(condition, name))
    .flatMap(([key, condition]) => {
      if (condition.persistence.level > 0) return [end(conditions, key, condition, at, 'sensor fault')]
      conditions[key] = { ...condition, persistence: { ...condition.persistence, window: [] } }
      return []
    })
}

function restsOn({ subject, telling }: Condition, name: string): boolean {
  return (
    subject === name || telling?.measured.name === name || (subject === 'gas_array' && name.startsWith('gas_array.'))
  )
}

function end(
  conditions: Record<string, Condition>,
  key: string,
  condition: Condition,
  at: number,
  reason: 'sensor fault' | 'no data',
): FindingChange {
  const since = condition.persistence.since ?? at
  conditions[key] = { ...condition, persistence: { ...emptyPersistence, closedAt: at }, toldAt: at }
  return { phase: 'ended', condition, since, at, severity: undefined, reason }
}
