// Reads a pilot's .SRT file from disk into what is told of it. A file that tells nothing of a flight is refused with the reason.
import { readFile, stat } from 'node:fs/promises'
import { AppError } from '../contracts/errors.ts'
import type { FootageTelemetry } from '../contracts/events/footage-changed-v1.ts'
import { fromLocalTime } from './srt/local-time.ts'
import { type Area, readSrt } from './srt/srt-file.ts'

/** An hour at 60 cues a second has some 60 MB. */
const largestBytes = 128 * 1024 * 1024

/** QLY_INPUT_TOO_LARGE or QLY_INPUT_INVALID says what is wrong with it. Wall clocks without zone are read in `timezone`. */
export async function readSideCar(
  file: string,
  config: { readonly operatingArea: Area; readonly timezone: string },
): Promise<FootageTelemetry> {
  if ((await stat(file)).size > largestBytes) {
    throw new AppError('QLY_INPUT_TOO_LARGE', `a side-car has at most ${largestBytes / 1024 / 1024} MiB`)
  }
  const { cues, positionOf } = readSrt(await readFile(file, 'utf8'), config.operatingArea)
  if (cues.length === 0) throw new AppError('QLY_INPUT_INVALID', 'the side-car tells nothing of a flight')
  const localTime = cues.find((cue) => cue.localTime)?.localTime
  const location = cues.map(positionOf).find((position) => position !== undefined)
  return {
    points: cues.length,
    ...(location ? { location } : {}),
    ...(localTime ? { beganAt: new Date(fromLocalTime(localTime, config.timezone)).toISOString() } : {}),
  }
}
