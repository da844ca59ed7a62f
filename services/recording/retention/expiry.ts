// What may go: by class of content, the longest retention that applies. Pure; sweep.ts asks the database the same question.
import type {
  CameraRecording,
  RecordingConfig,
  RecordingMode,
  RetentionDays,
} from '../../contracts/config/recording.ts'

/** How long content of a camera stays after it was recorded, in ms. */
export interface KeepingRules {
  /** whatever it shows */
  readonly plainMs: number
  readonly motionMs: number
  readonly alertMs: number
}

const dayMs = 86_400_000

/** The rules of a camera: its own settings over the common ones. Undefined: it is not recorded. */
export function keepingRules(config: RecordingConfig, own: CameraRecording | undefined): KeepingRules | undefined {
  const mode: RecordingMode = own?.mode ?? config.mode
  if (mode === 'off') return undefined
  const days: RetentionDays = { ...config.retentionDays, ...own?.retentionDays }
  const bufferMs = config.bufferSeconds * 1000
  const plainMs = mode === 'continuous' ? Math.max(bufferMs, days.continuous * dayMs) : bufferMs
  const motionMs = mode === 'alert' ? plainMs : Math.max(plainMs, days.motion * dayMs)
  return { plainMs, motionMs, alertMs: Math.max(plainMs, days.alert * dayMs) }
}

export interface KeptContent {
  readonly endedAt: number
  readonly motion: boolean
  readonly alert: boolean
}

/** Whether no class keeps it any more. */
export function isExpired({ endedAt, motion, alert }: KeptContent, rules: KeepingRules, now: number): boolean {
  const keptMs = Math.max(rules.plainMs, motion ? rules.motionMs : 0, alert ? rules.alertMs : 0)
  return endedAt < now - keptMs
}

/** Cameras that are not in the configuration any more keep what they have by the common rules, as if they were continuous. */
export const rulesOfStrangers = (config: RecordingConfig): KeepingRules => ({
  plainMs: config.retentionDays.continuous * dayMs,
  motionMs: config.retentionDays.motion * dayMs,
  alertMs: config.retentionDays.alert * dayMs,
})

export interface Room {
  readonly usedBytes: number
  readonly quotaBytes: number
  readonly freeBytes: number
  readonly minimumFreeBytes: number
}

/** How many bytes of segments must go so that quota and free-space floor hold; 0: none. */
export function bytesToFree({ usedBytes, quotaBytes, freeBytes, minimumFreeBytes }: Room): number {
  return Math.max(0, usedBytes - quotaBytes, minimumFreeBytes - freeBytes)
}

/** What is worth more stays longer: an alert more than motion, motion more than the rest. */
const worthOf = ({ motion, alert }: Pick<KeptContent, 'motion' | 'alert'>): number => (alert ? 2 : motion ? 1 : 0)

/** The oldest of the lowest class, until their bytes are enough; those that a clip still needs are passed over. */
export function lowestFirst<Segment extends KeptContent & { readonly bytes: number }>(
  segments: readonly Segment[],
  wantedBytes: number,
  isNeeded: (segment: Segment) => boolean,
): Segment[] {
  const going: Segment[] = []
  let freed = 0
  for (const segment of [...segments].sort((a, b) => worthOf(a) - worthOf(b) || a.endedAt - b.endedAt)) {
    if (freed >= wantedBytes) break
    if (isNeeded(segment)) continue
    going.push(segment)
    freed += segment.bytes
  }
  return going
}
