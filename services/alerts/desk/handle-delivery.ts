// One event of the bus, to the part of this room that it concerns.
import type { Delivery } from '../../kernel/event-bus/event-bus.ts'
import { handleCommand, isOurs } from './handle-command.ts'
import { handleDevice } from './handle-device.ts'
import { handleEvidence } from './handle-evidence.ts'
import { handleFinding } from './handle-finding.ts'
import { concernsAlerts, handleTicket } from './handle-ticket.ts'
import type { Work } from './work.ts'

export const topics = [
  'qly.detection.v1',
  'qly.device.v1',
  'qly.ticket.v1',
  'qly.command.v1',
  'qly.recording.v1',
] as const
export type Topic = (typeof topics)[number]

/** Analysed frames, twins, other tickets' steps and other rooms' commands pass by without a transaction. */
export function wants({ event }: Delivery<Topic>): boolean {
  switch (event.type) {
    case 'cn.qianliyan.finding.changed.v1':
    case 'cn.qianliyan.evidence.recorded.v1':
      return true
    case 'cn.qianliyan.frame.analysed.v1':
    case 'cn.qianliyan.vehicle.sighted.v1':
    case 'cn.qianliyan.shadow.compared.v1':
      return false
    case 'cn.qianliyan.device.changed.v1':
      return event.data.status !== undefined
    case 'cn.qianliyan.ticket.changed.v1':
      return concernsAlerts(event.data)
    case 'cn.qianliyan.command.issued.v1':
      return isOurs(event.data)
  }
}

/** Does what the event asks for; what is to be published stands in `work` afterwards. */
export async function handleDelivery(work: Work, { event, storedAt }: Delivery<Topic>): Promise<void> {
  const count = (input: string, outcome: string) => work.metrics.inputs.inc({ input, outcome })
  switch (event.type) {
    case 'cn.qianliyan.finding.changed.v1':
      return count('finding', await handleFinding(work, event.data, storedAt))
    case 'cn.qianliyan.device.changed.v1':
      return count('device', await handleDevice(work, event.data, storedAt))
    case 'cn.qianliyan.ticket.changed.v1':
      return count('ticket', await handleTicket(work, event.data))
    case 'cn.qianliyan.evidence.recorded.v1':
      return count('evidence', await handleEvidence(work, event.data))
    case 'cn.qianliyan.command.issued.v1':
      return count('command', await handleCommand(work, event.data))
    case 'cn.qianliyan.vehicle.sighted.v1':
    case 'cn.qianliyan.frame.analysed.v1':
    case 'cn.qianliyan.shadow.compared.v1':
      return
  }
}
