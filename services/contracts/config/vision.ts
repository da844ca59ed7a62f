// Config: models, tracking, zones, parking, presence of smoke and the like, and evidence pictures.
import { type Static, Type } from 'typebox'
import { VehicleAppearance } from './vision-appearance.ts'
import { Crowd } from './vision-crowd.ts'
import { Burning, PresenceRule, presenceDefaults } from './vision-presence.ts'

const section = { additionalProperties: false, default: {} } as const
const Seconds = (value: number, description: string, minimum = 0) =>
  Type.Number({ default: value, minimum, maximum: 86_400, description })
const Share = (value: number, description: string) =>
  Type.Number({ default: value, minimum: 0, maximum: 1, description })

/** Cutting a frame to the zones' surroundings: on a wide view the same detector found a parked car in 51 of 53 frames instead of 0. */
const Plan = Type.Object(
  {
    margin: Type.Number({
      default: 0.5,
      minimum: 0,
      maximum: 4,
      description: 'surroundings of a zone that are looked at, as a share of its longer side',
    }),
    wholeFrameFrom: Share(
      0.45,
      'cuts that would cover more than this share of the frame become the whole frame: the little scale they gain costs more context (measured on large parked cars)',
    ),
    minimumSide: Share(0.2, 'shortest side of a cut, as a share of the frame'),
    maximumCuts: Type.Integer({ default: 4, minimum: 1, maximum: 16, description: 'a model and frame' }),
  },
  section,
)

/** ByteTrack (Zhang et al., ECCV 2022): thresholds of its two association steps. */
const Tracking = Type.Object(
  {
    lowScore: Share(
      0.1,
      'detections below are dropped; between this and the threshold of the model they only keep tracks alive',
    ),
    newTrackMargin: Share(0.05, 'a new track needs the threshold of the model plus this'),
    lostSeconds: Seconds(2, 'an unseen track is kept this long'),
  },
  section,
)

const ParkingRule = (dwellSeconds: number, standard: string) =>
  Type.Object(
    {
      dwellSeconds: Type.Number({
        default: dwellSeconds,
        minimum: 0,
        maximum: 86_400,
        description: 'standing this long is a violation; a zone may say otherwise',
      }),
      standard: Type.String({ default: standard, maxLength: 128 }),
    },
    section,
  )

const Parking = Type.Object(
  {
    no_parking: ParkingRule(300, '道路交通安全法 56, 93; 5 min between two pictures'),
    fire_lane: ParkingRule(60, '消防法 28, 道路交通安全法 56'),
    pavement: ParkingRule(600, '道路交通安全法 59 (non-motor vehicles)'),
    blockedPath: Type.Object(
      {
        vehicles: Type.Integer({
          default: 3,
          minimum: 2,
          maximum: 100,
          description: 'so many two-wheelers at once on a zone of kind pavement block it',
        }),
        seconds: Seconds(60, 'for this long'),
        clearSeconds: Seconds(20, 'fewer for this long: free again'),
        standard: Type.String({
          default: '道路交通安全法 59 (local practice: 3 or more block a path)',
          maxLength: 128,
        }),
      },
      section,
    ),
    stoppedSeconds: Seconds(3, 'standing this long: stopped'),
    parkedSeconds: Seconds(10, 'standing this long: parked (first picture); at most half the dwell'),
    absentSeconds: Seconds(
      40,
      'unseen this long although its place is visible: left. Longer than the occlusions to be tolerated',
    ),
    hiddenSeconds: Seconds(900, 'unseen this long because something stands before its place: left'),
    gapSeconds: Seconds(90, 'time without pictures (stream lost, restart) counts for dwell clocks up to this'),
    moveShare: Type.Number({
      default: 0.25,
      minimum: 0.05,
      maximum: 2,
      description: 'a shift by this share of its own size is movement',
    }),
    leaveShare: Type.Number({
      default: 0.75,
      minimum: 0.1,
      maximum: 4,
      description: 'a reported vehicle that shifted by this share of its own size has left its place',
    }),
    moveConfirmSeconds: Seconds(1.5, 'a shift that lasts this long is believed (a shaken camera swings back)'),
    seenShare: Share(0.45, 'in at least this share of the frames of the last seconds it must have been seen'),
    seenOverall: Share(
      0.5,
      'and in at least this share of all frames since it stands: several that stop at one place in turn are seen in fewer',
    ),
    samePlaceIou: Share(0.45, 'boxes that overlap so far are at the same place'),
    sameLook: Share(0.6, 'colour histograms (Hellinger distance) nearer than this may be the same vehicle'),
    appearance: VehicleAppearance,
    queueVehicles: Type.Integer({
      default: 3,
      minimum: 2,
      description: 'vehicles that came and stopped one behind the other make a queue',
    }),
    queueSeconds: Seconds(120, 'a queue may stand this long (a red light) before its clocks count'),
    queueOvertaken: Type.Integer({
      default: 2,
      minimum: 0,
      maximum: 100,
      description:
        'a line that so many others pass whole, in its own direction, does not wait for a light; 0: not looked at',
    }),
    sightingSeconds: Seconds(21_600, 'a vehicle that stands is told to the ledger, with pictures, this often', 1),
    continueSeconds: Seconds(60, 'news of a violation that goes on', 1),
  },
  section,
)

const Persons = Type.Object(
  {
    label: Type.String({ default: 'person' }),
    everySeconds: Seconds(30, 'a count of each watch zone is published this often', 1),
  },
  section,
)

/** Which frames deserve inference. What has not changed is as before: tracks, votes and dwell clocks go on with what was last seen. */
export const Motion = Type.Object(
  {
    enabled: Type.Boolean({
      default: false,
      description:
        'frames in which nothing has changed are not inferred (measured: same violations on two clips, 44 and 60 % saved)',
    }),
    everySeconds: Seconds(2, 'a frame is inferred this often whatever its pixels say', 0.1),
    greyLevels: Type.Number({
      default: 14,
      minimum: 1,
      maximum: 255,
      description: 'a point that differs by more, after the change of light of the whole cut, has changed',
    }),
    points: Type.Integer({
      default: 4,
      minimum: 1,
      maximum: 16,
      description: 'so many changed points of a block of 4 × 4 (a 13th of the cut) are motion',
    }),
  },
  section,
)
export type MotionConfig = Static<typeof Motion>

const EvidencePictures = Type.Object(
  {
    quality: Type.Integer({ default: 85, minimum: 30, maximum: 100, description: 'JPEG quality' }),
    maximumWidth: Type.Integer({ default: 1920, minimum: 320, maximum: 8192, description: 'pixels' }),
  },
  section,
)

const Shadow = Type.Object(
  {
    everySeconds: Seconds(300, 'what a model in shadow saw is told this often, a camera', 1),
    iou: Share(0.5, 'boxes of one class that overlap so far (IoU) are one thing'),
    samplesPerReport: Type.Integer({ default: 4, minimum: 1, maximum: 8, description: 'pictures of differences' }),
  },
  section,
)

/** Where decoding and inference sit apart (`vision.frames: bus`). The clocks of both machines and the bus must agree within a part of a second. */
const Bus = Type.Object(
  {
    quality: Type.Integer({
      default: 90,
      minimum: 50,
      maximum: 100,
      description: 'JPEG quality of what models look at',
    }),
    holdSeconds: Type.Number({
      default: 3,
      minimum: 0.5,
      maximum: 30,
      description: 'media keeps a frame for so long, so that vision can ask for its whole picture as evidence',
    }),
    lateSeconds: Type.Number({
      default: 1,
      minimum: 0.1,
      maximum: 600,
      description: 'frames that wait longer than this are skipped where a newer one of the camera is there',
    }),
    dropSeconds: Type.Number({
      default: 10,
      minimum: 0.5,
      maximum: 3600,
      description: 'frames that waited longer than this are skipped in any case (vision was away or is too slow)',
    }),
  },
  section,
)

export const VisionConfig = Type.Object(
  {
    frames: Type.Enum(['inline', 'bus'], {
      default: 'inline',
      description:
        'bus: media publishes JPEGs to qly.frame.v1 and vision consumes them, so that they may be roles of their own (media, vision), e.g. on a GPU box',
    }),
    bus: Bus,
    modelsDirectory: Type.String({
      default: 'models',
      description: 'where camera models are looked up by folder name',
    }),
    threadsPerSession: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 64,
      description: 'threads that share one inference; 0: 1, or as measured where inferenceWorkers is 0 too',
    }),
    inferenceWorkers: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 64,
      description:
        'threads that infer, each with its own sessions; 0 with threadsPerSession 0: what a measurement shortly after start finds fastest, kept for the model and machine; 0 otherwise: processors / threadsPerSession, less one for decoding',
    }),
    executionProviders: Type.Array(Type.Enum(['cpu', 'cuda', 'tensorrt', 'openvino', 'coreml']), {
      default: ['cpu'],
      minItems: 1,
      maxItems: 5,
      description:
        'of onnxruntime, in order of preference; the first that takes a model runs it, cpu in the end. What was refused is logged and counted',
    }),
    maximumBatch: Type.Integer({
      default: 4,
      minimum: 1,
      maximum: 64,
      description: 'waiting pictures of several cameras that go into one run of a model whose batch axis is open',
    }),
    hangSeconds: Type.Number({
      default: 60,
      minimum: 1,
      maximum: 3600,
      description: 'an inference thread that gives no answer for so long is replaced',
    }),
    publishFrames: Type.Enum(['changes', 'all', 'none'], {
      default: 'changes',
      description: 'which analysed frames are published',
    }),
    zoneInertiaFrames: Type.Integer({
      default: 3,
      minimum: 1,
      maximum: 100,
      description: 'frames in a row that put an object into a zone or out of it',
    }),
    saveSeconds: Type.Number({
      default: 2,
      minimum: 0.1,
      maximum: 60,
      description: 'running dwell clocks are saved this often; changes at once',
    }),
    plan: Plan,
    tracking: Tracking,
    parking: Parking,
    presence: Type.Array(PresenceRule, { default: presenceDefaults, maxItems: 64 }),
    burning: Burning,
    persons: Persons,
    crowd: Crowd,
    evidence: EvidencePictures,
    motion: Motion,
    shadow: Shadow,
  },
  { additionalProperties: false, default: {} },
)
export type VisionConfig = Static<typeof VisionConfig>
