// Density classes of crowds, the same for cameras and counters.

export type WalkwayClass = 'A' | 'B' | 'C' | 'D' | 'E' | 'F'

/** Upper bounds of A to E, persons per square metre (Fruin's walkway, domain.md §5.2; HCM's classes differ). */
const bounds = [0.31, 0.43, 0.72, 1.08, 2.17] as const
const classes = ['A', 'B', 'C', 'D', 'E', 'F'] as const

/** Density class of Fruin's walkway, A (free) to F (crush), by persons per square metre. */
export function walkwayClass(density: number): WalkwayClass {
  const index = bounds.findIndex((bound) => density < bound)
  return classes[index === -1 ? 5 : index] ?? 'F'
}
