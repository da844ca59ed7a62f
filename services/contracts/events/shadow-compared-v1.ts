// What a model in shadow saw beside the models that count, over some minutes of one camera. It alerts nobody.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Evidence } from '../evidence.ts'
import { PictureBox } from '../geometry.ts'
import { Identifier } from '../identifiers.ts'

const Count = Type.Integer({ minimum: 0 })

export const ShadowLabel = Type.Object({
  agreed: Type.Integer({ minimum: 0, description: 'detections that both have, by IoU' }),
  onlyOld: Count,
  onlyNew: Count,
  overlap: Type.Number({ minimum: 0, maximum: 1, description: 'mean IoU of those that both have; 0 without any' }),
})
export type ShadowLabel = Static<typeof ShadowLabel>

/** A frame in which the two differ most, with both models' detections that count. */
export const ShadowSample = Type.Object({
  at: Timestamp,
  picture: Evidence,
  objects: Type.Array(
    Type.Object({
      side: Type.Enum(['both', 'old', 'new']),
      label: Type.String({ maxLength: 64 }),
      score: Type.Number({ minimum: 0, maximum: 1 }),
      box: PictureBox,
    }),
    { maxItems: 200 },
  ),
})
export type ShadowSample = Static<typeof ShadowSample>

export const ShadowCompared = Type.Object({
  cameraId: Identifier,
  model: Type.String({ maxLength: 128, description: 'name@hash of the model in shadow' }),
  against: Type.Array(Type.String({ maxLength: 128 }), { description: 'name@hash of the models that count' }),
  from: Timestamp,
  to: Timestamp,
  frames: Type.Integer({ minimum: 0, description: 'frames that both looked at' }),
  skipped: Type.Integer({ minimum: 0, description: 'frames that only the models that count looked at' }),
  labels: Type.Record(Type.String(), ShadowLabel),
  samples: Type.Array(ShadowSample, { maxItems: 8 }),
})
export type ShadowCompared = Static<typeof ShadowCompared>

export const shadowComparedV1 = defineEvent({
  type: 'cn.qianliyan.shadow.compared.v1',
  summary: 'A model in shadow beside the models that count: agreement and differences over some minutes of a camera.',
  schema: ShadowCompared,
  example: {
    cameraId: 'hq-lane-07',
    model: 'street-2@1a2b3c4d',
    against: ['street@0f1e2d3c'],
    from: '2020-06-28T06:00:00.000Z',
    to: '2020-06-28T06:05:00.000Z',
    frames: 1480,
    skipped: 20,
    labels: { car: { agreed: 2100, onlyOld: 40, onlyNew: 310, overlap: 0.86 } },
    samples: [
      {
        at: '2020-06-28T06:01:12.400Z',
        picture: {
          url: `/api/v1/evidence/shadow/2020/06/28/${'0'.repeat(64)}.jpg`,
          sha256: '0'.repeat(64),
          at: '2020-06-28T06:01:12.400Z',
          role: 'boxed' as const,
        },
        objects: [{ side: 'new' as const, label: 'car', score: 0.71, box: [0.1, 0.5, 0.2, 0.6] }],
      },
    ],
  },
})
