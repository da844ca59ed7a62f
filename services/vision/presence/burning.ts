// When smoke or fire is critical: large, growing, with persons near, or both at one place. Each cause is told once, in the words of the alert. Pure.
import type { VisionConfig } from '../../contracts/config/vision.ts'
import { intersectionOf } from '../geometry/box.ts'
import type { PresenceEffect, PresenceHit, PresenceSpot, PresenceState } from './presence-machine.ts'
import { around, meanArea } from './same-area.ts'

export interface BurningCause {
  readonly cause: 'large' | 'growing' | 'persons' | 'both'
  /** large: share of the frame; growing: times its first area; persons: how many */
  readonly value?: number
}

export interface BurningRules extends Readonly<VisionConfig['burning']> {
  readonly personLabel: string
}

/**
 * Adds the causes that hold now to the findings of smoke and fire in `state`, and to those in `started`; answers with a continuation for each finding
 * that was told before and has a new cause.
 */
export function weighBurning(
  state: PresenceState,
  started: PresenceEffect[],
  hits: readonly PresenceHit[],
  spots: readonly PresenceSpot[],
  rules: BurningRules,
): PresenceEffect[] {
  const continued: PresenceEffect[] = []
  const persons = hits.filter(({ label }) => label === rules.personLabel)
  for (const { key, zone, rule } of spots) {
    const spot = state.spots[key]
    const finding = spot?.finding
    if (!spot || !finding || (rule.kind !== 'smoke' && rule.kind !== 'fire')) continue
    const visible = spot.votes.at(-1)?.[1] === 1
    const near = visible
      ? persons.filter(({ box }) => intersectionOf(around(finding.box, rules.personsWithin), box) > 0)
      : []
    spot.personFrames = near.length > 0 ? (spot.personFrames ?? 0) + 1 : 0
    const area = meanArea(spot.votes, finding.box)
    const grown = finding.area ? area / finding.area : 1
    const other = rule.kind === 'smoke' ? 'fire' : 'smoke'
    const both = spots.some(
      (each) => each.zone.id === zone.id && each.rule.kind === other && state.spots[each.key]?.finding,
    )
    const now: BurningCause[] = [
      ...(area >= rules.areaShare ? [{ cause: 'large', value: area } as const] : []),
      ...(grown >= rules.growth ? [{ cause: 'growing', value: grown } as const] : []),
      ...(spot.personFrames >= rules.personFrames ? [{ cause: 'persons', value: near.length } as const] : []),
      ...(both ? [{ cause: 'both' } as const] : []),
    ]
    const known = finding.causes ?? []
    const fresh = now.filter(({ cause }) => !known.some((each) => each.cause === cause))
    if (fresh.length === 0) continue
    const begun = started.findIndex(
      (effect) => effect.type === 'started' && effect.finding.findingId === finding.findingId,
    )
    const causes = [...known, ...fresh]
    spot.finding = begun >= 0 ? { ...finding, causes } : { ...finding, causes, news: (finding.news ?? 0) + 1 }
    if (begun >= 0) started[begun] = { type: 'started', finding: spot.finding }
    else continued.push({ type: 'continued', finding: spot.finding })
  }
  return continued
}

/** The causes in words. */
export function causeWords(causes: readonly BurningCause[]): { zh: string; en: string } {
  const words = causes.map(wordsOf)
  return { zh: words.map(({ zh }) => zh).join('、'), en: words.map(({ en }) => en).join(', ') }
}

function wordsOf({ cause, value = 0 }: BurningCause): { zh: string; en: string } {
  switch (cause) {
    case 'large':
      return { zh: `占画面 ${Math.round(100 * value)}%`, en: `covers ${Math.round(100 * value)} % of the picture` }
    case 'growing':
      return { zh: `已扩大到 ${value.toFixed(1)} 倍`, en: `grew ${value.toFixed(1)} times` }
    case 'persons':
      return { zh: `附近有 ${value} 人`, en: `${value} ${value === 1 ? 'person' : 'persons'} near` }
    case 'both':
      return { zh: '烟火同时出现', en: 'smoke and fire together' }
  }
}
