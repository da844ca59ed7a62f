// Stores a silence with the timer of its expiry, and says so.
import { createEvent } from '../../contracts/cloud-event.ts'
import { silenceChangedV1 } from '../../contracts/events/silence-changed-v1.ts'
import type { Silence } from '../../contracts/silences.ts'
import { saveSilence } from '../store/records-store.ts'
import { eventSource, type Work } from './work.ts'

export async function keepSilence(work: Work, silence: Silence): Promise<void> {
  await saveSilence(work.db, silence)
  work.silences = undefined
  const inForce = silence.endedAt === null
  if (inForce) work.onTimer(Date.parse(silence.until))
  const id = `silence/${silence.id}/${inForce ? 'made' : 'ended'}`
  const event = createEvent(
    silenceChangedV1,
    { source: eventSource, id, subject: silence.id, time: work.now },
    { silence },
  )
  work.outgoing.push({ topic: 'qly.notice.v1', event })
}
