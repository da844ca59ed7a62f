// A timer fires: what it means for its owner. Called in a transaction; a timer whose row has gone meanwhile never gets here.

import { iso, system, type TimerName, timerNames } from '../life-cycle/alert-record.ts'
import { silenceConcerns } from '../muting/decide-mute.ts'
import { findAlert, forgetAlerts } from '../store/alert-store.ts'
import { forgetFalseMarks } from '../store/false-mark-store.ts'
import { findSilence, forgetSilences, takeDropped } from '../store/records-store.ts'
import { clearTimers, setTimer, type TimerRow } from '../store/timer-store.ts'
import { fireFalseMark } from './false-marks.ts'
import { handleDeviceOverdue } from './handle-device.ts'
import { decideAndKeep } from './keep-decision.ts'
import { keepSilence } from './keep-silence.ts'
import { sweepMutes } from './mutes.ts'
import { issueNotice, tellGroup } from './tell-group.ts'
import type { Work } from './work.ts'

export async function fireTimer(work: Work, timer: TimerRow): Promise<void> {
  work.metrics.timerDelaySeconds.observe({ owner: timer.owner }, Math.max(0, work.now - timer.dueAt) / 1000)
  switch (timer.owner) {
    case 'alert':
      return fireAlert(work, timer)
    case 'group':
      return tellGroup(work, timer.ownerId)
    case 'silence':
      return expire(work, timer)
    case 'false_mark':
      return fireFalseMark(work, timer)
    case 'device':
      await setTimer(work.db, 'device', timer.ownerId, timer.name, null)
      return handleDeviceOverdue(work, timer.ownerId)
    case 'storm':
      return tellStorm(work, timer)
    case 'room':
      return forget(work)
  }
}

/** Saving the alert clears or moves the row of the timer that fired. */
async function fireAlert(work: Work, timer: TimerRow): Promise<void> {
  const record = await findAlert(work.db, timer.ownerId)
  const name = timerNames.find((each): each is TimerName => each === timer.name)
  if (!record || !name) return clearTimers(work.db, 'alert', timer.ownerId)
  const decision = await decideAndKeep(work, record, { type: 'timer', name })
  if (decision.outcome === 'nothing') await setTimer(work.db, 'alert', timer.ownerId, name, record.timers[name] ?? null)
}

/** A silence is over: what still holds is told again. */
async function expire(work: Work, timer: TimerRow): Promise<void> {
  const silence = await findSilence(work.db, timer.ownerId)
  if (!silence || silence.endedAt !== null) return clearTimers(work.db, 'silence', timer.ownerId)
  await keepSilence(work, { ...silence, endedAt: iso(work.now), endedBy: system })
  await sweepMutes(work, undefined, { by: system, comment: `silence of ${silence.author} expired` }, (alert) =>
    silenceConcerns(silence, alert),
  )
}

async function tellStorm(work: Work, timer: TimerRow): Promise<void> {
  await setTimer(work.db, 'storm', timer.ownerId, timer.name, null)
  const dropped = await takeDropped(work.db, timer.ownerId)
  if (dropped === 0) return
  const groupKey = `storm/${timer.ownerId}`
  issueNotice(work, { groupKey, reason: 'storm', repeat: 0, endedCount: 0, droppedCount: dropped }, [])
}

export const forgetTimer = { owner: 'room', ownerId: 'alerts', name: 'forget' } as const
const forgetEveryMs = 3_600_000
const forgetAtOnce = 500

async function forget(work: Work): Promise<void> {
  const before = work.now - work.config.forgetAfterDays * 86_400_000
  const forgotten = await forgetAlerts(work.db, before, forgetAtOnce)
  await forgetSilences(work.db, before)
  await forgetFalseMarks(work.db, before)
  const due = work.now + (forgotten === forgetAtOnce ? 1000 : forgetEveryMs)
  await setTimer(work.db, forgetTimer.owner, forgetTimer.ownerId, forgetTimer.name, due)
  work.onTimer(due)
}
