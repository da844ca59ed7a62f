// A picture kept as proof: stored by content hash, so the address and the hash can never disagree.
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
