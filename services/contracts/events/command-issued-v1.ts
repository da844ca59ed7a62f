// What a person wants done to an alert or a ticket, on its way from the API to the room that owns it; and the answer.
import { type Static, Type } from 'typebox'
import { defineEvent, Timestamp } from '../cloud-event.ts'

export const CommandIssued = Type.Object({
  commandId: Type.String({ minLength: 1, maxLength: 64 }),
  target: Type.Enum(['alert', 'ticket', 'silence', 'false_mark', 'device', 'ledger', 'camera']),
  targetId: Type.String({
    maxLength: 64,
    description:
      'alert, ticket, silence, false mark, device, ledger or camera id; the command id itself where something new is made',
  }),
  action: Type.String({
    maxLength: 64,
    description:
      'alert: acknowledge dismiss escalate; silence: create expire; false_mark: revoke; ticket: create, or a ticket action; device: register revoke; ledger: notice tow dismiss; camera: confirm_view',
  }),
  by: Type.String({ maxLength: 128 }),
  roles: Type.Array(Type.String()),
  at: Timestamp,
  arguments: Type.Record(Type.String(), Type.Unknown()),
})
export type CommandIssued = Static<typeof CommandIssued>

export const commandIssuedV1 = defineEvent({
  type: 'cn.qianliyan.command.issued.v1',
  summary: 'A person asks for a change of an alert, ticket or silence.',
  schema: CommandIssued,
  example: {
    commandId: '01J0000000000000000000CMND',
    target: 'alert',
    targetId: '01J0000000000000000000ALRT',
    action: 'dismiss',
    by: 'operator-li',
    roles: ['operator'],
    at: '2020-06-28T06:06:00.000Z',
    arguments: { reason: 'delivery van, driver present' },
  },
})

export const CommandAnswered = Type.Object({
  commandId: Type.String({ minLength: 1, maxLength: 64 }),
  accepted: Type.Boolean(),
  code: Type.Optional(Type.String({ description: 'closed error code when refused' })),
  message: Type.Optional(Type.String({ maxLength: 1000 })),
  result: Type.Optional(Type.Unknown({ description: 'the alert, ticket or silence after the change' })),
})
export type CommandAnswered = Static<typeof CommandAnswered>

export const commandAnsweredV1 = defineEvent({
  type: 'cn.qianliyan.command.answered.v1',
  summary: 'The answer to a command: done, with the result, or refused, with the reason.',
  schema: CommandAnswered,
  example: {
    commandId: '01J0000000000000000000CMND',
    accepted: false,
    code: 'QLY_TRANSITION_REFUSED',
    message: 'the alert is cleared already',
  },
})
