// No silent stop: a camera that plays and of which nothing reaches the disk is said, as an alert of its own and in its twin, until it is recorded again.
import { createEvent } from '../../contracts/cloud-event.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { deviceChangedV1 } from '../../contracts/events/device-changed-v1.ts'
import { type FindingChanged, findingChangedV1 } from '../../contracts/events/finding-changed-v1.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { RecorderState } from '../segments/camera-recorder.ts'

export type RecordingState = 'recording' | 'waiting' | 'failing'

/**
 * What to say of a camera. `seenAt`: when a picture of it was last analysed (monotonic ms): proof that it plays even where no connection was told of.
 * waiting: it does not play; media says why. Pure.
 */
export function judgeRecording(
  { playing, progressAt }: RecorderState,
  seenAt: number | undefined,
  now: number,
  failAfterMs: number,
): RecordingState {
  const plays = playing || (seenAt !== undefined && now - seenAt < failAfterMs / 2)
  if (!plays) return 'waiting'
  return now - progressAt < failAfterMs ? 'recording' : 'failing'
}

/** What to publish when the state of a camera has changed; `said`: what was said before, undefined right after a start. */
export function recordingNews(
  camera: CameraConfig,
  said: RecordingState | undefined,
  state: RecordingState,
  reason: string | undefined,
  now: number,
): Outgoing[] {
  if (said === state) return []
  const at = new Date(now).toISOString()
  const why = state === 'failing' ? (reason ?? 'nothing of what comes can be recorded') : ''
  const twin = createEvent(
    deviceChangedV1,
    { source: `/recording/${camera.id}`, time: now },
    { deviceId: camera.id, kind: camera.kind, at, patch: { recording: state, recordingReason: why.slice(0, 300) } },
  )
  const news: Outgoing[] = [{ topic: 'qly.device.v1', event: twin }]
  // waiting says nothing about recording: what is open stays open until something is recorded; ending what was never open does nothing
  if (state !== 'waiting') {
    const data = finding(camera, state === 'failing' ? 'started' : 'ended', why, at)
    const origin = { source: `/recording/${camera.id}`, time: now }
    news.push({ topic: 'qly.detection.v1', event: createEvent(findingChangedV1, origin, data) })
  }
  return news
}

function finding(camera: CameraConfig, phase: 'started' | 'ended', why: string, at: string): FindingChanged {
  const words =
    phase === 'started'
      ? { zh: `${camera.name} 有画面但未能录像：${why}`, en: `${camera.name} plays but is not recorded: ${why}` }
      : { zh: `${camera.name} 录像已恢复`, en: `${camera.name} is recorded again` }
  return {
    // the same over a restart, so that whoever records it next can end it
    findingId: `recording/${camera.id}`,
    phase,
    kind: 'device_offline',
    cameraId: camera.id,
    subject: 'recording',
    since: at,
    at,
    label: 'recording',
    ...(camera.location ? { location: camera.location } : {}),
    summary: { zh: words.zh.slice(0, 500), en: words.en.slice(0, 500) },
    evidence: [],
  }
}
