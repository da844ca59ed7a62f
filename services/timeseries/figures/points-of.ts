// Events that are recorded as they are: one point each, at the event's own time, so that a second delivery overwrites the first.
import type { DeviceStatus } from '../../contracts/events/device-changed-v1.ts'
import type { TopicEvent } from '../../contracts/topics.ts'
import type { Point } from '../../kernel/time-series/time-series.ts'

/** In rising order of usefulness. */
const statusCodes: Readonly<Record<DeviceStatus, number>> = { offline: 0, stalled: 1, stopped: 2, online: 3 }

/** The point of a reading or of a change of status; undefined for what has nothing to record. */
export function pointOf(event: TopicEvent): Point | undefined {
  switch (event.type) {
    case 'cn.qianliyan.reading.recorded.v1': {
      const { deviceId, kind, observedAt, values } = event.data
      if (Object.keys(values).length === 0) return undefined
      return { measurement: 'reading', tags: { deviceId, kind }, fields: values, time: Date.parse(observedAt) }
    }
    case 'cn.qianliyan.device.changed.v1': {
      const { deviceId, kind, at, status } = event.data
      if (status === undefined) return undefined
      const fields = { online: status === 'online' ? 1 : 0, status: statusCodes[status] }
      return { measurement: 'device', tags: { deviceId, kind }, fields, time: Date.parse(at) }
    }
    default:
      return undefined
  }
}
