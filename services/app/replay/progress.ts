// How far a replay is: a bar on a terminal; elsewhere a line every tenth of it, or every five minutes of a clip whose end is not known.

/** What is written to: `process.stderr`. */
export interface ProgressOutput {
  readonly isTTY?: boolean
  write(text: string): unknown
}

const drawnEveryMs = 100
const clipStepMs = 5 * 60_000

/** `span` in ms of event time; without `to` the end is not known. `now`: ms, of a clock that only goes forward. */
export function createReplayProgress(
  output: ProgressOutput,
  name: string,
  { from, to }: { readonly from: number; readonly to?: number },
  now: () => number = () => performance.now(),
): { at(eventTime: number): void; end(): void } {
  const begun = now()
  const wholeMs = to === undefined ? undefined : to - from
  let drawnAt = Number.NEGATIVE_INFINITY
  let saidSteps = 0

  const words = (seenMs: number): string => {
    const took = now() - begun
    const speed = took > 0 ? seenMs / took : 0
    const pace = `${speed.toFixed(1)} × real time`
    if (wholeMs === undefined) return `${name}: ${clock(seenMs)}, ${pace}`
    const percent = Math.floor((100 * seenMs) / wholeMs)
    const left = speed > 0 ? `, ${clock((wholeMs - seenMs) / speed)} left` : ''
    return `${name}: ${clock(seenMs)} of ${clock(wholeMs)} (${percent} %), ${pace}${left}`
  }

  return {
    at(eventTime) {
      const seenMs = Math.min(Math.max(0, eventTime - from), wholeMs ?? Number.POSITIVE_INFINITY)
      if (!output.isTTY) {
        const steps = Math.floor(wholeMs === undefined ? seenMs / clipStepMs : (10 * seenMs) / wholeMs)
        if (steps > saidSteps) output.write(`${words(seenMs)}\n`)
        saidSteps = Math.max(saidSteps, steps)
        return
      }
      if (now() - drawnAt < drawnEveryMs) return
      drawnAt = now()
      const share = wholeMs === undefined ? undefined : seenMs / wholeMs
      const bar = share === undefined ? '' : `${'█'.repeat(Math.round(share * 24)).padEnd(24, '░')} `
      output.write(`\r${bar}${words(seenMs)}\x1b[K`)
    },
    end() {
      if (output.isTTY) output.write('\r\x1b[K')
    },
  }
}

/** 4:05, 1:02:09 */
function clock(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`
}
