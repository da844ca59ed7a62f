// Config: decoding of streams.
import { type Static, Type } from 'typebox'
import { LiveConfig } from './live.ts'

export const MediaConfig = Type.Object(
  {
    reconnect: Type.Object(
      {
        initialMs: Type.Number({ default: 500, minimum: 10 }),
        maximumMs: Type.Number({ default: 30_000, minimum: 100 }),
        jitter: Type.Number({ default: 0.3, minimum: 0, maximum: 1 }),
      },
      { additionalProperties: false, default: {} },
    ),
    stallSeconds: Type.Number({
      default: 10,
      minimum: 1,
      description: 'no picture for this long: stalled, and connected anew',
    }),
    openSeconds: Type.Number({
      default: 10,
      minimum: 1,
      description: 'a stream that does not open within this time is given up, and tried again',
    }),
    verifyCertificates: Type.Boolean({
      default: false,
      description: 'rtsps: refuse cameras whose certificate no authority signed (few cameras have one)',
    }),
    maximumPixels: Type.Integer({
      default: 50_000_000,
      minimum: 100_000,
      description: 'larger pictures are refused, from streams and JPEGs alike',
    }),
    http: Type.Object(
      {
        maximumPictureBytes: Type.Integer({
          default: 10_485_760,
          minimum: 10_000,
          description: 'a camera that sends a larger picture over http is given up',
        }),
        redirectHosts: Type.Array(Type.String({ minLength: 1 }), {
          default: [],
          description: "hosts, besides a camera's own, that its redirects may lead to",
        }),
      },
      { additionalProperties: false, default: {} },
    ),
    view: Type.Object(
      {
        everySeconds: Type.Number({
          default: 2,
          minimum: 0,
          description: 'how often the view of a camera is judged (black, frozen, blurred, moved); 0: never',
        }),
        holdSeconds: Type.Number({ default: 20, minimum: 0, description: 'a fault must last this long to be said' }),
        clearSeconds: Type.Number({ default: 10, minimum: 0, description: 'and be gone this long to be taken back' }),
        frozenSeconds: Type.Number({ default: 120, minimum: 1, description: 'not one pixel changes for this long' }),
        blackMean: Type.Number({ default: 16, minimum: 0, maximum: 255, description: 'darker than this (grey) and …' }),
        blackDeviation: Type.Number({ default: 4, minimum: 0, description: '… with less contrast than this: black' }),
        blurredShare: Type.Number({ default: 0.25, minimum: 0, maximum: 1, description: 'of its usual sharpness' }),
        movedShare: Type.Number({
          default: 0.25,
          minimum: 0,
          maximum: 1,
          description: 'fewer of the 12 parts of the view than this are where they were: moved',
        }),
        backShare: Type.Number({ default: 0.5, minimum: 0, maximum: 1, description: 'as many again: it is back' }),
        saveSeconds: Type.Number({
          default: 300,
          minimum: 1,
          description: 'how often the usual view is kept over restarts; a camera that was turned meanwhile is told',
        }),
        remindHours: Type.Number({
          default: 6,
          minimum: 0.1,
          description: 'a fault that lasts is told again this often',
        }),
      },
      { additionalProperties: false, default: {} },
    ),
    motion: Type.Object(
      {
        everySeconds: Type.Number({
          default: 0.5,
          minimum: 0.1,
          maximum: 10,
          description: 'how often the picture of a camera that is kept by motion is held against the one before',
        }),
        greyLevels: Type.Number({
          default: 12,
          minimum: 1,
          maximum: 255,
          description: 'a place that differs by more, after the change of light of the whole picture, has changed …',
        }),
        spread: Type.Number({
          default: 2,
          minimum: 1,
          description:
            '… if that is so many times what is usual there (leaves, water, a clock in the picture), or more than 48',
        }),
        pixels: Type.Integer({
          default: 3,
          minimum: 1,
          maximum: 16,
          description: 'so many changed pixels of a square of 4 × 4 (of the picture at 96 × 54) are motion',
        }),
      },
      { additionalProperties: false, default: {}, description: 'for recordings that are kept where something moves' },
    ),
    health: Type.Object(
      {
        everySeconds: Type.Number({
          default: 30,
          minimum: 1,
          description:
            'how often pictures and bits a second of each role of a camera (detect, record, live) are told in its twin',
        }),
        holdSeconds: Type.Number({
          default: 10,
          minimum: 0,
          description: 'a state of a role (online, stalled, offline) must last this long to be told',
        }),
      },
      { additionalProperties: false, default: {} },
    ),
    limits: Type.Object(
      {
        megabitsPerSecond: Type.Number({
          default: 64,
          minimum: 0.1,
          description:
            'a camera that sends more is read more slowly, so that it holds itself back (a 4K camera sends 8 to 32)',
        }),
        packetsPerSecond: Type.Number({ default: 6000, minimum: 100, description: 'the same for RTP packets' }),
        megapixelsPerSecond: Type.Number({
          default: 250,
          minimum: 1,
          description: 'of a live camera that are decoded (4K at 30 frames a second); beyond it only from key frame on',
        }),
        picturesPerSecond: Type.Number({ default: 60, minimum: 1, description: 'the same for pictures' }),
      },
      {
        additionalProperties: false,
        default: {},
        description: 'what one camera may cost, so that one that floods slows no other',
      },
    ),
    snapshotSeconds: Type.Number({
      default: 5,
      minimum: 0,
      description: 'a small picture of each camera for the console, at most this often; 0: none',
    }),
    snapshotGraceSeconds: Type.Number({
      default: 60,
      minimum: 0,
      description: 'a picture that a newer one replaced can be fetched this much longer by who read its address before',
    }),
    pictureStallSeconds: Type.Number({
      default: 120,
      minimum: 1,
      description: 'a camera that sends JPEGs over MQTT is stalled after this long without one',
    }),
    hardwareThreads: Type.Integer({ default: 1, minimum: 1, maximum: 16, description: 'decoder threads a stream' }),
    live: LiveConfig,
    maskVision: Type.Boolean({
      default: false,
      description:
        'models do not see what lies under privacy masks either; false: only pictures and live view are masked',
    }),
  },
  { additionalProperties: false, default: {} },
)
export type MediaConfig = Static<typeof MediaConfig>
