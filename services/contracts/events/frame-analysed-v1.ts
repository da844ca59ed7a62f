// What a model saw in one frame: tracked objects. High volume; for figures, overlays and subscribers, not for alerts.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { PictureBox } from '../geometry.ts'
import { Identifier } from '../identifiers.ts'

export const TrackedObject = Type.Object({
  trackId: Type.Integer({ minimum: 0, description: 'unique per camera and run; 0: not tracked' }),
  label: Type.String({ maxLength: 64 }),
  score: Type.Number({ minimum: 0, maximum: 1 }),
  box: PictureBox,
  zones: Type.Array(Identifier, { description: 'zones that hold its bottom centre, after inertia' }),
  stationarySeconds: Type.Number({ minimum: 0 }),
})
export type TrackedObject = Static<typeof TrackedObject>

export const FrameAnalysed = Type.Object({
  cameraId: Identifier,
  capturedAt: Timestamp,
  analysedAt: Timestamp,
  model: Type.String({ maxLength: 128, description: 'name and first 8 digits of the sha256, e.g. street@1a2b3c4d' }),
  objects: Type.Array(TrackedObject, { maxItems: 1000 }),
})
export type FrameAnalysed = Static<typeof FrameAnalysed>

export const frameAnalysedV1 = defineEvent({
  type: 'cn.qianliyan.frame.analysed.v1',
  summary: 'The tracked objects of one frame of one camera.',
  schema: FrameAnalysed,
  example: {
    cameraId: 'hq-lane-07',
    capturedAt: '2020-06-28T06:00:00.000Z',
    analysedAt: '2020-06-28T06:00:00.031Z',
    model: 'street@1a2b3c4d',
    objects: [
      {
        trackId: 12,
        label: 'car',
        score: 0.87,
        box: [0.31, 0.55, 0.52, 0.78],
        zones: ['kerb'],
        stationarySeconds: 42.4,
      },
    ],
  },
})
