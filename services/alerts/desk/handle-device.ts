// Devices and cameras that come and go: what a lost camera inhibits, and the alert of one that stays away.
import type { DeviceChanged } from '../../contracts/events/device-changed-v1.ts'
import {
  type DeviceDecision,
  type DeviceRecord,
  deviceChanged,
  deviceConfigured,
  deviceOverdue,
  isLost,
} from '../devices/decide-device.ts'
import { offlineFinding } from '../devices/offline-finding.ts'
import { system } from '../life-cycle/alert-record.ts'
import { devicesBehind, findDevice, knownDevices, saveDevice } from '../store/records-store.ts'
import { setTimer } from '../store/timer-store.ts'
import { handleFinding } from './handle-finding.ts'
import { sweepMutes } from './mutes.ts'
import { isCamera } from './places.ts'
import type { Work } from './work.ts'

/** A device said (or someone noticed) that it is there, or not. */
export async function handleDevice(work: Work, change: DeviceChanged, at: number): Promise<'changed' | 'nothing'> {
  const known = await findDevice(work.db, change.deviceId)
  const decision = deviceChanged(known, change, Math.min(at, work.now), work.config)
  if (!decision) return 'nothing'
  await keepDevice(work, known, decision)
  if (!decision.moved) return 'changed'
  const why = { by: system, comment: `${change.deviceId} ${isLost(decision.device) ? 'lost' : 'back'}` }
  await sweepMutes(work, change.deviceId, why)
  for (const id of await devicesBehind(work.db, change.deviceId))
    await sweepMutes(work, id, why, ({ kind }) => kind === 'device_offline')
  return 'changed'
}

/** The quiet time of a lost device is over. One that the storm limit keeps out is tried again a minute later. */
export async function handleDeviceOverdue(work: Work, id: string): Promise<void> {
  const known = await findDevice(work.db, id)
  if (!known) return
  const outcome = await keepDevice(work, known, deviceOverdue(known))
  if (outcome !== 'dropped') return
  await saveDevice(work.db, known)
  await offlineTimer(work, id, work.now + 60_000)
}

/** Devices of the configuration that nobody has heard of yet are missed from now on. */
export async function registerConfigured(work: Work): Promise<void> {
  const known = await knownDevices(work.db)
  for (const [id, place] of work.places) {
    if (!known.has(id)) await keepDevice(work, null, deviceConfigured(id, place.kind, work.now, work.config))
  }
}

async function keepDevice(work: Work, known: DeviceRecord | null, decision: DeviceDecision): Promise<string> {
  const { device, finding, offlineDueAt } = decision
  await saveDevice(work.db, device)
  if (offlineDueAt !== undefined) await offlineTimer(work, device.id, offlineDueAt)
  const findingId = device.findingId ?? known?.findingId
  if (!finding || !findingId) return 'changed'
  const camera = isCamera(work.places, device.id, device.kind)
  const place = { name: work.places.get(device.id)?.name ?? device.id, isCamera: camera }
  // What it says when it comes back is about the time that it was away.
  const about = finding === 'ended' ? { ...device, lostSince: known?.lostSince ?? null } : device
  return handleFinding(work, offlineFinding(about, findingId, finding, place, work.now), work.now)
}

async function offlineTimer(work: Work, id: string, due: number | null): Promise<void> {
  await setTimer(work.db, 'device', id, 'offline', due)
  if (due !== null) work.onTimer(due)
}
