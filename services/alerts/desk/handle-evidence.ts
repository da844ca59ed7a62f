// A clip of the recording around an alert is complete: the alert lists it.
import type { EvidenceRecorded } from '../../contracts/events/evidence-recorded-v1.ts'
import { findAlert } from '../store/alert-store.ts'
import { decideAndKeep } from './keep-decision.ts'
import type { Work } from './work.ts'

export async function handleEvidence(work: Work, recorded: EvidenceRecorded): Promise<'changed' | 'nothing'> {
  const record = await findAlert(work.db, recorded.alertId)
  if (!record) return 'nothing'
  const { evidence } = recorded
  const decision = await decideAndKeep(work, record, { type: 'evidence', evidence, by: 'system:recording' })
  return decision.outcome === 'changed' ? 'changed' : 'nothing'
}
