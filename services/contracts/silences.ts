// Silences: for a while, nobody is told of the alerts that match. What is asked for with a command, and what comes back as its result.
import { type Static, Type } from 'typebox'
import { AlertKind } from './alert-kinds.ts'
import { Timestamp } from './cloud-event.ts'
import { Identifier } from './identifiers.ts'

/** An alert matches if it agrees with every field that is given; a field may list alternatives. At least one is demanded. */
export const SilenceMatchers = Type.Object(
  {
    kind: Type.Optional(Type.Array(AlertKind, { minItems: 1 })),
    camera: Type.Optional(Type.Array(Identifier, { minItems: 1, maxItems: 1000 })),
    device: Type.Optional(Type.Array(Identifier, { minItems: 1, maxItems: 1000 })),
    zone: Type.Optional(Type.Array(Identifier, { minItems: 1, maxItems: 1000 })),
  },
  { additionalProperties: false, minProperties: 1 },
)
export type SilenceMatchers = Static<typeof SilenceMatchers>

/** Arguments of the command `create` on target `silence`. The author is who issued the command. */
export const SilenceRequest = Type.Object(
  {
    matchers: SilenceMatchers,
    reason: Type.String({ minLength: 1, maxLength: 2000 }),
    until: Timestamp,
  },
  { additionalProperties: false },
)
export type SilenceRequest = Static<typeof SilenceRequest>

export const Silence = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  matchers: SilenceMatchers,
  author: Type.String({ maxLength: 128 }),
  reason: Type.String({ maxLength: 2000 }),
  createdAt: Timestamp,
  until: Timestamp,
  endedAt: Type.Union([Timestamp, Type.Null()], { description: 'when it expired or was ended by hand' }),
  endedBy: Type.Union([Type.String(), Type.Null()]),
})
export type Silence = Static<typeof Silence>
