// Config: cameras and their zones (design.md §3).
import { type Static, Type } from 'typebox'
import { LonLat, PicturePoint, PicturePolygon } from '../geometry.ts'
import { Identifier } from '../identifiers.ts'
import { CameraRecording } from './recording.ts'
import { Tiles } from './tiles.ts'

export const ZoneConfig = Type.Object(
  {
    id: Identifier,
    kind: Type.Enum(['no_parking', 'fire_lane', 'pavement', 'bay', 'watch', 'river_surface', 'kitchen', 'road'], {
      description:
        'no_parking: motor vehicles; fire_lane: motor vehicles, at once; pavement: non-motor vehicles; bay: a place to park, watched for vehicles that never leave; watch: smoke, fire and counts of persons; road: the speed of vehicles, for jams',
    }),
    polygon: PicturePolygon,
    classes: Type.Array(Type.String(), {
      default: [],
      description: 'labels of the model that count here; empty: those of the kind',
    }),
    dwellSeconds: Type.Optional(
      Type.Number({ minimum: 0, maximum: 86_400, description: 'default: parking.<kind>.dwellSeconds' }),
    ),
    queueSeconds: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 3600,
        description:
          'a line of vehicles may wait here this long before their dwell counts; 0: no queue can form here (a kerb, a bay). Default: parking.queueSeconds, on pavements 0',
      }),
    ),
    areaSquareMetres: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        description:
          'of a watch zone: effective area on the ground; gives density and capacity (sensing.crowd has their levels)',
      }),
    ),
    capacity: Type.Optional(
      Type.Integer({
        minimum: 1,
        description: 'of a watch zone: persons at once; default: area / sensing.crowd.squareMetresPerPerson',
      }),
    ),
    hours: Type.String({
      default: '00:00-24:00',
      pattern: '^([01]\\d|2[0-4]):[0-5]\\d-([01]\\d|2[0-4]):[0-5]\\d$',
      description: 'local time; may pass midnight',
    }),
  },
  { additionalProperties: false },
)
export type ZoneConfig = Static<typeof ZoneConfig>

/** A line that persons cross. Left and right as one looks from `from` to `to`; a crossing towards the right counts in, towards the left out. */
export const LineConfig = Type.Object(
  {
    id: Identifier,
    from: PicturePoint,
    to: PicturePoint,
    classes: Type.Array(Type.String({ maxLength: 64 }), {
      default: [],
      maxItems: 16,
      description: 'labels that are counted; empty: vision.persons.label',
    }),
  },
  {
    additionalProperties: false,
    description: 'crossed from left to right, looking from `from` to `to`, counts in; from right to left, out',
  },
)
export type LineConfig = Static<typeof LineConfig>

export const CameraConfig = Type.Object(
  {
    id: Identifier,
    name: Type.String({ minLength: 1, maxLength: 128 }),
    kind: Type.Enum(['cctv', 'kitchen', 'river', 'drone'], { default: 'cctv' }),
    source: Type.String({
      pattern: '^(rtsps?://|https?://|file:///|mqtt:)',
      description: 'rtsp(s)://…, http(s)://… (MJPEG or JPEG snapshots), file:///path.mp4, or mqtt:<topic> (JPEGs)',
    }),
    loop: Type.Boolean({ default: false, description: 'a file begins again at its end' }),
    transport: Type.Enum(['tcp', 'udp'], { default: 'tcp' }),
    location: Type.Optional(LonLat),
    fps: Type.Number({
      default: 5,
      minimum: 0.1,
      maximum: 30,
      description:
        'frames a second that are analysed; a dwell should be seen in 60 of them (30 s at 2, 60 s at 1), with fewer it is warned of at the start',
    }),
    openingHours: Type.Optional(
      Type.String({
        pattern: '^([01]\\d|2[0-4]):[0-5]\\d-([01]\\d|2[0-4]):[0-5]\\d$',
        description:
          'of the shop, local time; kitchen zones without hours of their own have these. Outside them nothing counts there but what vision.presence[].outsideHours says',
      }),
    ),
    models: Type.Array(Type.String(), {
      default: ['street'],
      description: 'folder names under models/, or paths of folders with model.onnx and model.json',
    }),
    motion: Type.Optional(
      Type.Boolean({
        description: 'frames in which nothing has changed are not inferred; default: vision.motion.enabled',
      }),
    ),
    shadow: Type.Optional(
      Type.Array(Type.String(), {
        maxItems: 2,
        description:
          'models that look at the same frames to be compared, and alert nobody; promoted by moving them to models',
      }),
    ),
    tiles: Type.Optional(Tiles),
    zones: Type.Array(ZoneConfig, { default: [], maxItems: 32 }),
    lines: Type.Optional(Type.Array(LineConfig, { maxItems: 16, description: 'where flow in and out is counted' })),
    privacyMasks: Type.Optional(
      Type.Array(PicturePolygon, {
        maxItems: 16,
        description: 'parts of the picture that are blackened in snapshots, evidence and live view',
      }),
    ),
    recording: Type.Optional(CameraRecording),
  },
  { additionalProperties: false },
)
export type CameraConfig = Static<typeof CameraConfig>

export const DeviceConfig = Type.Object(
  {
    id: Identifier,
    kind: Type.Enum(['drone', 'dock', 'river', 'crowd', 'odour', 'noise', 'gas', 'weather', 'cctv', 'kitchen']),
    name: Type.Optional(Type.String({ maxLength: 128 })),
    location: Type.Optional(LonLat),
    /** the broker keeps only its hash; RTSP's digest needs the password itself, so a device that pushes pictures has it here */
    password: Type.Optional(
      Type.String({
        minLength: 8,
        maxLength: 256,
        description: 'MQTT password of this device (user name = id); absent: the device is created through the API',
      }),
    ),
    gateway: Type.Optional(Identifier),
    noiseClass: Type.Optional(
      Type.Enum(['0', '1', '2', '3', '4a', '4b'], { description: 'GB 3096-2008 functional area' }),
    ),
  },
  { additionalProperties: false },
)
export type DeviceConfig = Static<typeof DeviceConfig>
