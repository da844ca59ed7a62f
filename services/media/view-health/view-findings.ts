// From faults of a view to findings: a view that moved is view_changed, a picture that shows nothing is a fault of the device. Pure.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { type FindingChanged, findingChangedV1 } from '../../contracts/events/finding-changed-v1.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { ViewFault } from './view-judge.ts'
import type { ToldFault } from './view-store.ts'

type Camera = Pick<CameraConfig, 'id' | 'name' | 'location' | 'zones'>

export interface ViewChange {
  readonly faults: readonly ToldFault[]
  readonly told: readonly { readonly phase: FindingChanged['phase']; readonly fault: ToldFault }[]
}

/** What is new of the faults at `at` (event time, ms). What goes on is told again after `remindMs`, so that nobody takes its silence for its end. */
export function changeOf(
  before: readonly ToldFault[],
  now: ReadonlySet<ViewFault>,
  at: number,
  remindMs: number,
): ViewChange {
  const faults: ToldFault[] = []
  const told: { phase: FindingChanged['phase']; fault: ToldFault }[] = []
  for (const known of before) {
    if (!now.has(known.fault)) told.push({ phase: 'ended', fault: known })
    else if (at - known.toldAt < remindMs) faults.push(known)
    else {
      const reminded = { ...known, toldAt: at, news: known.news + 1 }
      faults.push(reminded)
      told.push({ phase: 'continued', fault: reminded })
    }
  }
  for (const fault of now) {
    if (before.some((known) => known.fault === fault)) continue
    const begun = { fault, since: at, toldAt: at, news: 0 }
    faults.push(begun)
    told.push({ phase: 'started', fault: begun })
  }
  return { faults, told }
}

/** The finding's id is the same from its start to its end, also over a restart; so are the events' ids, and a repeated one is a known duplicate. */
export function viewFinding(
  phase: FindingChanged['phase'],
  { fault, since, news }: ToldFault,
  camera: Camera,
  at: number,
  { confirmed = false, evidence = [] }: { readonly confirmed?: boolean; readonly evidence?: readonly Evidence[] } = {},
): Outgoing {
  const findingId = `view/${camera.id}/${fault}-${since.toString(36)}`
  const data: FindingChanged = {
    findingId,
    phase,
    kind: fault === 'moved' ? 'view_changed' : 'device_offline',
    cameraId: camera.id,
    subject: fault,
    since: new Date(since).toISOString(),
    at: new Date(at).toISOString(),
    label: fault,
    ...(camera.location ? { location: camera.location } : {}),
    summary: clipped(phase === 'ended' ? overWords(fault, camera, confirmed) : words(fault, camera)),
    evidence: [...evidence],
  }
  const id = phase === 'continued' ? `${findingId}/${phase}/${news}` : `${findingId}/${phase}`
  const origin = { source: `/media/${camera.id}`, id, subject: findingId, time: at }
  return { topic: 'qly.detection.v1', event: createEvent(findingChangedV1, origin, data) }
}

type Words = FindingChanged['summary']

const pictures: Record<Exclude<ViewFault, 'moved'>, Words> = {
  black: { zh: '画面全黑', en: 'shows a black picture' },
  frozen: { zh: '画面冻结', en: 'shows a frozen picture' },
  blurred: { zh: '画面模糊', en: 'shows a blurred picture' },
}

function words(fault: ViewFault, { name, zones }: Camera): Words {
  if (fault !== 'moved') return { zh: `${name} ${pictures[fault].zh}`, en: `${name} ${pictures[fault].en}` }
  const ids = zones.map(({ id }) => id)
  if (ids.length === 0) return { zh: `${name} 画面已偏移`, en: `The view of ${name} has changed` }
  return {
    zh: `${name} 画面已偏移，区域（${ids.join('、')}）检测已暂停，待确认新画面或画面复原`,
    en: `The view of ${name} has changed: zones ${ids.join(', ')} are suspended until the new view is confirmed or the old one is back`,
  }
}

function overWords(fault: ViewFault, { name }: Camera, confirmed: boolean): Words {
  if (fault !== 'moved') return { zh: `${name} 画面已恢复正常`, en: `The picture of ${name} is good again` }
  return confirmed
    ? { zh: `${name} 新画面已确认，区域检测已恢复`, en: `The new view of ${name} was confirmed; its zones count again` }
    : { zh: `${name} 画面已复原，区域检测已恢复`, en: `The view of ${name} is back; its zones count again` }
}

const clipped = ({ zh, en }: Words): Words => ({ zh: zh.slice(0, 500), en: en.slice(0, 500) })
