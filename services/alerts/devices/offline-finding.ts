// The finding that a device or camera is lost, in the shape that vision and sensing use, so that it lives by the same rules.
import type { FindingChanged } from '../../contracts/events/finding-changed-v1.ts'
import { iso } from '../life-cycle/alert-record.ts'
import type { DeviceRecord } from './decide-device.ts'

/** `name`: what people call it. */
export function offlineFinding(
  device: DeviceRecord,
  findingId: string,
  phase: 'started' | 'ended',
  place: { readonly name: string; readonly isCamera: boolean },
  now: number,
): FindingChanged {
  const since = device.lostSince ?? now
  const minutes = Math.max(1, Math.round((now - since) / 60_000))
  const why = device.reason ? { zh: `（${device.reason}）`, en: ` (${device.reason})` } : { zh: '', en: '' }
  const never = device.status === 'unknown'
  const gone = {
    zh: never ? `${place.name} 配置后从未上线` : `${place.name} 失联 ${minutes} 分钟${why.zh}`,
    en: never ? `${place.name} has never been heard of` : `${place.name} has been lost for ${minutes} min${why.en}`,
  }
  const back = { zh: `${place.name} 已恢复在线`, en: `${place.name} is back online` }
  const clip = (text: string) => text.slice(0, 500)
  const summary = phase === 'ended' ? back : gone
  return {
    findingId,
    phase,
    kind: 'device_offline',
    ...(place.isCamera ? { cameraId: device.id } : { deviceId: device.id }),
    subject: 'connection',
    since: iso(since),
    at: iso(now),
    label: device.status,
    ...(device.location ? { location: device.location } : {}),
    summary: { zh: clip(summary.zh), en: clip(summary.en) },
    evidence: [],
  }
}
