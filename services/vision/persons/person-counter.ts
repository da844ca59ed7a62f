// Counts persons in a camera's watch zones and says the mean of each period as a reading of the camera, on its event time.

export interface PersonCounter {
  /** One frame: how many persons stand in watch zones. Answers with the count to publish when a period is over. */
  count(persons: number, at: number): { readonly observedAt: number; readonly persons: number } | undefined
}

export function createPersonCounter(config: { everyMs: number }): PersonCounter {
  let begun: number | undefined
  let sum = 0
  let frames = 0
  return {
    count(persons, at) {
      // A clock that was set back, or a long break, begins a new period.
      if (begun === undefined || at < begun || at - begun > 3 * config.everyMs) {
        begun = at
        sum = 0
        frames = 0
      }
      sum += persons
      frames++
      if (at - begun < config.everyMs) return undefined
      const mean = Math.round(sum / frames)
      begun = at
      sum = 0
      frames = 0
      return { observedAt: at, persons: mean }
    },
  }
}
