// From changes to events: deterministic ids, so that a change told twice over a crash is recognised as the same. Pure.
import { createEvent } from '../contracts/cloud-event.ts'
import { deviceChangedV1 } from '../contracts/events/device-changed-v1.ts'
import { findingChangedV1 } from '../contracts/events/finding-changed-v1.ts'
import { measurementOf } from '../contracts/measurements.ts'
import type { Outgoing } from '../kernel/event-bus/event-bus.ts'
import type { DeviceState } from './device-state.ts'
import type { FaultKind } from './faults/sensor-health.ts'
import type { FindingChange } from './judge-reading.ts'
import type { FaultChange } from './take-reading.ts'

const faultWords: Readonly<Record<FaultKind, string>> = {
  out_of_range: 'out of range',
  stuck: 'stuck',
  spiking: 'spiking',
  drifting: 'drifting',
  flagged: 'flagged by the device',
}

/** The id of a finding: the same from its start to its end, whoever computes it. */
export function findingId(deviceId: string, kind: string, subject: string, since: number): string {
  return `${deviceId}/${kind}/${subject}/${since}`
}

export function findingEvent(device: DeviceState, change: FindingChange, traceparent: string | undefined): Outgoing {
  const { phase, condition, since, at, severity } = change
  const { kind, subject, telling, persistence } = condition
  const id = findingId(device.deviceId, kind, subject, since)
  const level = phase === 'ended' ? 0 : persistence.level
  return {
    topic: 'qly.detection.v1',
    event: createEvent(
      findingChangedV1,
      {
        source: `/sensing/${device.deviceId}`,
        id: `${id}/${phase}/${at}/${level}`,
        subject: id,
        time: at,
        ...(traceparent === undefined ? {} : { traceparent }),
      },
      {
        findingId: id,
        phase,
        kind,
        deviceId: device.deviceId,
        subject,
        since: new Date(since).toISOString(),
        at: new Date(at).toISOString(),
        ...(severity === undefined ? {} : { severity }),
        ...(telling?.label === undefined ? {} : { label: telling.label.slice(0, 64) }),
        ...(telling?.score === undefined ? {} : { score: telling.score }),
        ...(device.location ? { location: device.location } : {}),
        ...(telling === null ? {} : { measured: telling.measured }),
        summary: summaryOf(change),
        evidence: [],
      },
    ),
  }
}

export function faultEvent(device: DeviceState, change: FaultChange, at: number, value: number): Outgoing {
  const { name, fault, before } = change
  const en = measurementOf(name)?.en ?? name
  const reason =
    fault === null
      ? `sensor fault over: ${en} (${name}) is no longer ${before === null ? 'faulty' : faultWords[before]}`
      : `sensor fault: ${en} (${name}) is ${faultWords[fault]} at ${value}; its values are not judged`
  return {
    topic: 'qly.device.v1',
    event: createEvent(
      deviceChangedV1,
      {
        source: `/sensing/${device.deviceId}`,
        id: `${device.deviceId}/fault/${name}/${at}/${fault ?? 'none'}`,
        time: at,
      },
      {
        deviceId: device.deviceId,
        kind: device.kind,
        at: new Date(at).toISOString(),
        status: 'online',
        reason,
        patch: { sensor_faults: { [name]: fault ?? 'none' } },
      },
    ),
  }
}

function summaryOf({ phase, reason, condition }: FindingChange): { zh: string; en: string } {
  const { telling, subject } = condition
  if (phase !== 'ended') return telling?.summary ?? { zh: subject, en: subject }
  const name = measurementOf(telling?.measured.name ?? subject)
  const zh = name?.zh ?? subject
  const en = name?.en ?? subject
  if (reason === 'sensor fault')
    return { zh: `${zh}传感器故障，不再判定`, en: `Sensor fault of ${en}: no longer judged` }
  if (reason === 'no data')
    return { zh: `${zh}长时间无数据，不再判定`, en: `No data of ${en} for long: no longer judged` }
  return { zh: `${zh}已恢复正常`, en: `Back to normal: ${en}` }
}
