// A ticket (案卷) changed: its whole state after the change, and the step. Stages follow GB/T 30428.8 (domain.md §6.4).
import { type Static, type TSchema, Type } from 'typebox'
import { Severity } from '../alert-kinds.ts'
import { defineEvent, Timestamp } from '../cloud-event.ts'
import { Evidence } from '../evidence.ts'
import { LonLat } from '../geometry.ts'

/** 受理 立案 派遣 处置 核查 结案, and 作废 (void). 反馈 is the step from handling to checking. */
export const ticketStages = ['accepted', 'filed', 'dispatched', 'handling', 'checking', 'closed', 'void'] as const
export const TicketStage = Type.Enum(ticketStages)
export type TicketStage = (typeof ticketStages)[number]

/** 立案 派遣 接收 反馈 核查通过 退回 (to the dispatcher, or back to handling) 延期 挂账 恢复 作废 督办 重开, and what the system does. */
export const ticketActions = [
  'created',
  'file',
  'dispatch',
  'receive',
  'feedback',
  'check_pass',
  'return',
  'extend',
  'suspend',
  'resume',
  'void',
  'supervise',
  'reopen',
  'alert_folded',
  'overdue',
  'comment',
] as const
export const TicketAction = Type.Enum(ticketActions)
export type TicketAction = (typeof ticketActions)[number]

const Nullable = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()])

export const Ticket = Type.Object({
  id: Type.String({ minLength: 1, maxLength: 64 }),
  number: Type.String({ description: 'case number for people: adcode + date + sequence' }),
  stage: TicketStage,
  suspended: Type.Boolean({ description: '挂账: the clock stands still' }),
  suspendedAt: Nullable(Timestamp),
  supervised: Type.Boolean({ description: '督办' }),
  overdue: Type.Boolean(),
  category: Type.Object({
    code: Type.String({ description: 'GB/T 30428.2 major + minor (+ local extension)' }),
    zh: Type.String(),
    en: Type.String(),
  }),
  severity: Severity,
  source: Type.Union([Type.Literal('alert'), Type.Literal('person'), Type.Literal('hotline'), Type.Literal('footage')]),
  alertIds: Type.Array(Type.String()),
  title: Type.Object({ zh: Type.String(), en: Type.String() }),
  description: Nullable(Type.String({ maxLength: 4000 })),
  location: Nullable(LonLat),
  grid: Nullable(Type.Object({ grid: Type.String(), community: Type.String(), station: Type.String() })),
  department: Nullable(Type.String()),
  assignee: Nullable(Type.String()),
  deadlines: Type.Array(Type.Object({ name: Type.String(), at: Timestamp, met: Nullable(Type.Boolean()) })),
  evidence: Type.Array(Evidence),
  proof: Type.Array(Evidence),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  closedAt: Nullable(Timestamp),
  closedUnfixed: Type.Boolean({ description: 'closed though the trouble remains; a state of its own, counted apart' }),
  returns: Type.Integer({ minimum: 0 }),
})
export type Ticket = Static<typeof Ticket>

export const TicketStep = Type.Object({
  action: TicketAction,
  by: Type.String(),
  at: Timestamp,
  from: Nullable(TicketStage),
  to: TicketStage,
  comment: Type.Optional(Type.String({ maxLength: 2000 })),
})
export type TicketStep = Static<typeof TicketStep>

export const TicketChanged = Type.Object({ ticket: Ticket, step: TicketStep })
export type TicketChanged = Static<typeof TicketChanged>

export const ticketChangedV1 = defineEvent({
  type: 'cn.qianliyan.ticket.changed.v1',
  summary: 'A ticket was opened or moved through its stages; carries the whole ticket and the step.',
  schema: TicketChanged,
  example: {
    ticket: {
      id: '01J0000000000000000000TCKT',
      number: '320508-20200628-0001',
      stage: 'dispatched',
      suspended: false,
      suspendedAt: null,
      supervised: false,
      overdue: false,
      category: { code: '0512', zh: '机动车乱停放', en: 'Motor vehicle parked illegally' },
      severity: 'medium',
      source: 'alert',
      alertIds: ['01J0000000000000000000ALRT'],
      title: { zh: '机动车违停', en: 'Illegal parking' },
      description: null,
      location: [120.5884, 31.3271],
      grid: { grid: 'G017', community: 'C02', station: 'S1' },
      department: 'urban-management',
      assignee: null,
      deadlines: [{ name: 'handle', at: '2020-06-28T10:05:00.000Z', met: null }],
      evidence: [],
      proof: [],
      createdAt: '2020-06-28T06:05:00.300Z',
      updatedAt: '2020-06-28T06:05:00.300Z',
      closedAt: null,
      closedUnfixed: false,
      returns: 0,
    },
    step: { action: 'dispatch', by: 'system:tickets', at: '2020-06-28T06:05:00.300Z', from: 'filed', to: 'dispatched' },
  },
})
