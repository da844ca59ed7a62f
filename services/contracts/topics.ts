// The topic map: what travels where, keyed by what, in how many partitions, kept how long. Buses create topics from it; documents are generated from it.

import type { EventDefinition, EventOf } from './cloud-event.ts'
import { alertChangedV1 } from './events/alert-changed-v1.ts'
import { commandAnsweredV1, commandIssuedV1 } from './events/command-issued-v1.ts'
import { deviceChangedV1 } from './events/device-changed-v1.ts'
import { evidenceRecordedV1 } from './events/evidence-recorded-v1.ts'
import { falseMarkChangedV1 } from './events/false-mark-changed-v1.ts'
import { findingChangedV1 } from './events/finding-changed-v1.ts'
import { footageChangedV1 } from './events/footage-changed-v1.ts'
import { frameAnalysedV1 } from './events/frame-analysed-v1.ts'
import { frameCapturedV1 } from './events/frame-captured-v1.ts'
import { frameCutV1 } from './events/frame-cut-v1.ts'
import { frameLookedV1 } from './events/frame-looked-v1.ts'
import { ledgerChangedV1 } from './events/ledger-changed-v1.ts'
import { letterDiedV1 } from './events/letter-died-v1.ts'
import { noticeIssuedV1 } from './events/notice-issued-v1.ts'
import { pictureShownV1, pictureWantedV1 } from './events/picture-wanted-v1.ts'
import { readingRecordedV1 } from './events/reading-recorded-v1.ts'
import { shadowComparedV1 } from './events/shadow-compared-v1.ts'
import { silenceChangedV1 } from './events/silence-changed-v1.ts'
import { ticketChangedV1 } from './events/ticket-changed-v1.ts'
import { vehicleSightedV1 } from './events/vehicle-sighted-v1.ts'

export interface TopicDefinition<Events extends readonly EventDefinition[] = readonly EventDefinition[]> {
  readonly summary: string
  readonly events: Events
  /** what the key is, in words; the key itself is given by `keyOf` */
  readonly keyedBy:
    | 'device id'
    | 'camera id'
    | 'alert id'
    | 'ticket id'
    | 'footage id'
    | 'origin'
    | 'target id'
    | 'command id'
    | 'group key'
    | 'ledger id'
  /** number of partitions; fixed at creation, since more partitions move keys */
  readonly partitions: number
  readonly retention: { readonly milliseconds: number; readonly bytes: number }
}

const hour = 3_600_000
const day = 24 * hour
const gibibyte = 1024 ** 3

function defineTopic<const Events extends readonly EventDefinition[]>(
  topic: TopicDefinition<Events>,
): TopicDefinition<Events> {
  return topic
}

export const topics = {
  'qly.reading.v1': defineTopic({
    summary: 'Sensor readings.',
    events: [readingRecordedV1],
    keyedBy: 'device id',
    partitions: 12,
    retention: { milliseconds: 7 * day, bytes: 4 * gibibyte },
  }),
  'qly.device.v1': defineTopic({
    summary: 'Devices and cameras: status and twin.',
    events: [deviceChangedV1],
    keyedBy: 'device id',
    partitions: 12,
    retention: { milliseconds: 30 * day, bytes: 2 * gibibyte },
  }),
  'qly.frame.v1': defineTopic({
    summary: 'JPEG pictures.',
    events: [frameCapturedV1, frameCutV1],
    keyedBy: 'camera id',
    partitions: 12,
    retention: { milliseconds: hour, bytes: 2 * gibibyte },
  }),
  'qly.look.v1': defineTopic({
    summary: 'Between vision and media where they sit apart: frames that are done with, and whole pictures asked for.',
    events: [frameLookedV1, pictureWantedV1, pictureShownV1],
    keyedBy: 'camera id',
    partitions: 12,
    retention: { milliseconds: hour, bytes: gibibyte },
  }),
  'qly.detection.v1': defineTopic({
    summary: 'What models and limits found.',
    events: [frameAnalysedV1, findingChangedV1, vehicleSightedV1, shadowComparedV1],
    keyedBy: 'camera id',
    partitions: 12,
    retention: { milliseconds: 7 * day, bytes: 4 * gibibyte },
  }),
  'qly.alert.v1': defineTopic({
    summary: 'Alerts and their life.',
    events: [alertChangedV1],
    keyedBy: 'alert id',
    partitions: 6,
    retention: { milliseconds: 90 * day, bytes: 2 * gibibyte },
  }),
  'qly.notice.v1': defineTopic({
    summary:
      'What people are told of alerts, a group at a time; silences, while which nobody is told; and false marks.',
    events: [noticeIssuedV1, silenceChangedV1, falseMarkChangedV1],
    keyedBy: 'group key',
    partitions: 1,
    retention: { milliseconds: 30 * day, bytes: gibibyte },
  }),
  'qly.ticket.v1': defineTopic({
    summary: 'Tickets and their life.',
    events: [ticketChangedV1],
    keyedBy: 'ticket id',
    partitions: 6,
    retention: { milliseconds: 365 * day, bytes: 2 * gibibyte },
  }),
  'qly.ledger.v1': defineTopic({
    summary: 'Vehicles that stand for days, and what is done about them.',
    events: [ledgerChangedV1],
    keyedBy: 'ledger id',
    partitions: 1,
    retention: { milliseconds: 365 * day, bytes: gibibyte },
  }),
  'qly.footage.v1': defineTopic({
    summary: 'Patrol footage.',
    events: [footageChangedV1],
    keyedBy: 'footage id',
    partitions: 6,
    retention: { milliseconds: 90 * day, bytes: gibibyte },
  }),
  'qly.recording.v1': defineTopic({
    summary: 'Clips of evidence cut from recordings.',
    events: [evidenceRecordedV1],
    keyedBy: 'camera id',
    partitions: 6,
    retention: { milliseconds: 30 * day, bytes: gibibyte },
  }),
  'qly.command.v1': defineTopic({
    summary: 'What people ask for.',
    events: [commandIssuedV1],
    keyedBy: 'target id',
    partitions: 6,
    retention: { milliseconds: 7 * day, bytes: gibibyte },
  }),
  'qly.answer.v1': defineTopic({
    summary: 'Answers to commands.',
    events: [commandAnsweredV1],
    keyedBy: 'command id',
    partitions: 1,
    retention: { milliseconds: day, bytes: gibibyte },
  }),
  'qly.dead-letter.v1': defineTopic({
    summary: 'What could not be read or handled.',
    events: [letterDiedV1],
    keyedBy: 'origin',
    partitions: 1,
    retention: { milliseconds: 30 * day, bytes: gibibyte },
  }),
} as const satisfies Record<string, TopicDefinition>

export type Topics = typeof topics
export type TopicName = keyof Topics
/** The events that may be published on a topic. */
export type TopicEvent<Name extends TopicName = TopicName> = { [N in Name]: EventOf<Topics[N]['events'][number]> }[Name]

/** Topics that carry pictures: kept as long as the configuration says (`bus.frameMinutes`). */
const ofPictures: readonly TopicName[] = ['qly.frame.v1', 'qly.look.v1']

/** How long events of a topic are kept; `frameMinutes` shortens or lengthens it for pictures. */
export function retentionOf(topic: TopicName, { frameMinutes }: { readonly frameMinutes?: number | undefined }) {
  const { retention } = topics[topic]
  const own = frameMinutes !== undefined && ofPictures.includes(topic)
  return own ? { ...retention, milliseconds: frameMinutes * 60_000 } : retention
}

export const topicNames = Object.keys(topics) as TopicName[]

/** The partition key of an event: events of one key stay in order. Findings and analysed frames of one source share its key. */
export function keyOf(event: TopicEvent): string {
  switch (event.type) {
    case 'cn.qianliyan.reading.recorded.v1':
    case 'cn.qianliyan.device.changed.v1':
      return event.data.deviceId
    case 'cn.qianliyan.frame.captured.v1':
    case 'cn.qianliyan.frame.cut.v1':
    case 'cn.qianliyan.frame.looked.v1':
    case 'cn.qianliyan.picture.wanted.v1':
    case 'cn.qianliyan.picture.shown.v1':
    case 'cn.qianliyan.frame.analysed.v1':
    case 'cn.qianliyan.vehicle.sighted.v1':
    case 'cn.qianliyan.shadow.compared.v1':
    case 'cn.qianliyan.evidence.recorded.v1':
      return event.data.cameraId
    case 'cn.qianliyan.finding.changed.v1':
      return event.data.cameraId ?? event.data.deviceId ?? event.data.findingId
    case 'cn.qianliyan.alert.changed.v1':
      return event.data.alert.id
    case 'cn.qianliyan.ticket.changed.v1':
      return event.data.ticket.id
    case 'cn.qianliyan.ledger.changed.v1':
      return event.data.entry.id
    case 'cn.qianliyan.footage.changed.v1':
      return event.data.footageId
    case 'cn.qianliyan.command.issued.v1':
      return event.data.targetId
    case 'cn.qianliyan.command.answered.v1':
      return event.data.commandId
    case 'cn.qianliyan.notice.issued.v1':
      return event.data.groupKey
    case 'cn.qianliyan.silence.changed.v1':
      return event.data.silence.id
    case 'cn.qianliyan.falsemark.changed.v1':
      return event.data.mark.id
    case 'cn.qianliyan.letter.died.v1':
      return event.data.origin
  }
}
