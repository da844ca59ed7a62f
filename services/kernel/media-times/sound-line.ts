// Where frames of sound lie in a segment: begun by event time, then by the sound's own clock, so that neither jitter nor a corrected clock tears it. Pure.

export interface SoundLine {
  /** ms from the start of the segment; undefined: it lies before it. `eventMs`: where event time alone would put it. Never goes back. */
  place(mediaMs: number, eventMs: number, durationMs: number): number | undefined
}

/** Further from its event time than this, sound begins a new line. */
const tornMs = 1000

export function createSoundLine(): SoundLine {
  let shift: number | undefined
  let endMs = 0
  return {
    place(mediaMs, eventMs, durationMs) {
      if (shift === undefined || Math.abs(mediaMs + shift - eventMs) > tornMs) {
        if (shift === undefined && eventMs < 0) return undefined
        shift = Math.max(eventMs, endMs) - mediaMs
      }
      const at = mediaMs + shift
      // the same again, or out of order
      if (at < endMs - durationMs / 2) return undefined
      endMs = at + durationMs
      return at
    },
  }
}
