// The look of a stopped vehicle as a learned vector: same vehicle in another light → near, another vehicle → far. Compared only within one model.
import { type Static, Type } from 'typebox'

export const Appearance = Type.Object({
  model: Type.String({
    maxLength: 128,
    description: 'name of the embedding with the first digits of its hash: vectors of two models are not comparable',
  }),
  vector: Type.Array(Type.Number(), { minItems: 1, maxItems: 1024, description: 'compared by its direction' }),
})
export type Appearance = Static<typeof Appearance>

/** One minus the cosine: 0 (the same) to 2 (opposite). Undefined where the two cannot be compared. */
export function apartness(a: Appearance | null | undefined, b: Appearance | null | undefined): number | undefined {
  if (!a || !b || a.model !== b.model || a.vector.length !== b.vector.length) return undefined
  let [product, first, second] = [0, 0, 0]
  for (const [index, value] of a.vector.entries()) {
    const other = b.vector[index] as number
    product += value * other
    first += value * value
    second += other * other
  }
  return first > 0 && second > 0 ? 1 - product / Math.sqrt(first * second) : undefined
}
