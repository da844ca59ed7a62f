// The stages of GB/T 30428.8 as a table: which step leads from where to where, who may take it and what it must bring.
import type { TicketAction, TicketStage } from '../contracts/events/ticket-changed-v1.ts'

/** Steps that people take; the others (created, alert_folded, overdue) are the system's. */
export type PersonAction = Exclude<TicketAction, 'created' | 'alert_folded' | 'overdue'>

type Need = 'comment' | 'department' | 'proof' | 'deadline'

interface Transition {
  /** 中文 name for people */
  readonly zh: string
  readonly to: Readonly<Partial<Record<TicketStage, TicketStage>>>
  readonly roles: readonly string[]
  readonly needs: readonly Need[]
  /** may be taken while the case is suspended 挂账 */
  readonly whileSuspended?: boolean
}

const office = ['admin', 'operator']
const field = ['admin', 'operator', 'subscriber', 'pilot']

const stay = (...stages: TicketStage[]): Partial<Record<TicketStage, TicketStage>> =>
  Object.fromEntries(stages.map((stage) => [stage, stage]))

export const transitions: Readonly<Record<PersonAction, Transition>> = {
  file: { zh: '立案', to: { accepted: 'filed' }, roles: office, needs: [] },
  dispatch: {
    zh: '派遣',
    to: { filed: 'dispatched', dispatched: 'dispatched' },
    roles: office,
    needs: ['department'],
  },
  receive: { zh: '接收', to: { dispatched: 'handling' }, roles: field, needs: [] },
  feedback: { zh: '反馈', to: { handling: 'checking' }, roles: field, needs: ['proof'] },
  check_pass: { zh: '核查通过', to: { checking: 'closed' }, roles: office, needs: [] },
  return: {
    zh: '退回',
    to: { dispatched: 'filed', handling: 'filed', checking: 'handling' },
    roles: field,
    needs: ['comment'],
  },
  extend: {
    zh: '延期',
    to: stay('dispatched', 'handling'),
    roles: office,
    needs: ['comment', 'deadline'],
  },
  suspend: { zh: '挂账', to: stay('dispatched', 'handling'), roles: office, needs: ['comment'] },
  resume: { zh: '恢复', to: stay('dispatched', 'handling'), roles: office, needs: [], whileSuspended: true },
  void: {
    zh: '作废',
    to: { accepted: 'void', filed: 'void', dispatched: 'void' },
    roles: office,
    needs: ['comment'],
    whileSuspended: true,
  },
  supervise: {
    zh: '督办',
    to: stay('filed', 'dispatched', 'handling', 'checking'),
    roles: office,
    needs: [],
    whileSuspended: true,
  },
  reopen: { zh: '重开', to: { closed: 'dispatched' }, roles: office, needs: ['comment'] },
  comment: {
    zh: '备注',
    to: stay('accepted', 'filed', 'dispatched', 'handling', 'checking', 'closed', 'void'),
    roles: field,
    needs: ['comment'],
    whileSuspended: true,
  },
}

export const isOpen = (stage: TicketStage): boolean => stage !== 'closed' && stage !== 'void'
