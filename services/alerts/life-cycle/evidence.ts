// The pictures of an alert: each once, bounded; the first ones show how it began, the last ones how it is.
import type { Evidence } from '../../contracts/evidence.ts'

/** Joins pictures by hash; beyond `maximum` the middle ones go. */
export function mergeEvidence(kept: readonly Evidence[], added: readonly Evidence[], maximum: number): Evidence[] {
  const all = [...new Map([...kept, ...added].map((each) => [`${each.sha256} ${each.role}`, each])).values()]
  if (all.length <= maximum) return all
  const first = Math.floor(maximum / 2)
  return [...all.slice(0, first), ...all.slice(all.length - (maximum - first))]
}
