// Config: recording of cameras, what is kept how long, evidence clips.
import { type Static, Type } from 'typebox'

const section = { additionalProperties: false, default: {} } as const
const Days = (value: number, description: string) =>
  Type.Number({ default: value, minimum: 0, maximum: 3650, description })

export const RecordingMode = Type.Enum(['off', 'alert', 'motion', 'continuous'], {
  description:
    'what is kept of what is written: nothing is written (off); what alerts need (alert); also what moves (motion); everything (continuous)',
})
export type RecordingMode = Static<typeof RecordingMode>

/** How long content of a class is kept, in days. What is of several classes is kept by the longest of them. */
export const RetentionDays = Type.Object(
  {
    continuous: Days(3, 'everything, of cameras with mode continuous'),
    motion: Days(7, 'where something moved, of cameras with mode motion or continuous'),
    alert: Days(30, 'around alerts, of all recorded cameras'),
  },
  section,
)
export type RetentionDays = Static<typeof RetentionDays>

/** A camera's own settings, over those of `recording`. */
export const CameraRecording = Type.Object(
  {
    mode: Type.Optional(RecordingMode),
    retentionDays: Type.Optional(Type.Partial(RetentionDays)),
  },
  { additionalProperties: false },
)
export type CameraRecording = Static<typeof CameraRecording>

export const RecordingConfig = Type.Object(
  {
    mode: Type.Enum(['off', 'alert', 'motion', 'continuous'], {
      default: 'alert',
      description:
        'of cameras that say nothing of their own. alert: proof has its seconds before, and nobody is filmed for longer than that needs',
    }),
    directory: Type.Optional(
      Type.String({
        description:
          'where segments are written; default: recordings in the data directory. One folder for all processes (a shared mount where eyes and api are on different machines)',
      }),
    ),
    segmentSeconds: Type.Number({
      default: 10,
      minimum: 2,
      maximum: 60,
      description: 'a file is closed at the first key frame after this long',
    }),
    fragmentSeconds: Type.Number({
      default: 1,
      minimum: 0.2,
      maximum: 10,
      description: 'so much is on disk at once; a killed process loses no more than this',
    }),
    bufferSeconds: Type.Number({
      default: 300,
      minimum: 180,
      maximum: 86_400,
      description: 'what no class keeps stays for this long, so that an alert finds its seconds before',
    }),
    retentionDays: RetentionDays,
    quotaBytes: Type.Number({
      default: 50 * 1024 ** 3,
      minimum: 1024 ** 2,
      description:
        'all segments together; the oldest of the lowest class go first (plain, motion, alert). Evidence is kept elsewhere and never goes',
    }),
    minimumFreeBytes: Type.Number({
      default: 1024 ** 3,
      minimum: 0,
      description:
        'with less free space on the disk segments go in the same order; without any, recording stops, and says so',
    }),
    maximumWaitingBytes: Type.Integer({
      default: 32 * 1024 ** 2,
      minimum: 1024 ** 2,
      description:
        'of one camera, waiting for a slow disk; above it pictures up to the next key frame are given up, and it is said',
    }),
    clip: Type.Object(
      {
        beforeSeconds: Type.Number({ default: 5, minimum: 0, maximum: 60 }),
        afterSeconds: Type.Number({ default: 5, minimum: 0, maximum: 60 }),
      },
      section,
    ),
    failAfterSeconds: Type.Number({
      default: 30,
      minimum: 2,
      maximum: 3600,
      description: 'a camera that plays, and of which nothing has been kept for so long, raises an alert',
    }),
    sweepSeconds: Type.Number({
      default: 30,
      minimum: 0.2,
      maximum: 3600,
      description: 'how often retention and quota are applied',
    }),
    checkHours: Type.Number({
      default: 24,
      minimum: 0.01,
      maximum: 720,
      description: 'how often files, database and hashes of evidence are compared; also at each start',
    }),
  },
  section,
)
export type RecordingConfig = Static<typeof RecordingConfig>
