// A picture or a clip kept as proof: stored by content hash, so the address and the hash can never disagree.
import { type Static, Type } from 'typebox'
import { Timestamp } from './cloud-event.ts'

export const Evidence = Type.Object({
  url: Type.String({ description: 'address under the API, /api/v1/evidence/{key}' }),
  sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }),
  at: Timestamp,
  role: Type.Union([Type.Literal('clean'), Type.Literal('boxed'), Type.Literal('proof'), Type.Literal('clip')], {
    description: 'clean: as the camera saw it; boxed: with boxes drawn; proof: taken by the handler; clip: video',
  }),
})
export type Evidence = Static<typeof Evidence>

/** Keys of clips begin with this: a clip is as its camera coded it, in which nothing can be masked, so who may see it depends on the camera. */
export const clipPrefix = (cameraId: string): string => `evidence/clips/${cameraId}`

/** The camera of a clip by its key; undefined for pictures, and for clips that were kept before keys told it. */
export const cameraOfClip = (key: string): string | undefined => /^evidence\/clips\/([^/]+)\/\d{4}\//.exec(key)?.[1]
