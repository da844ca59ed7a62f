// Silences: made by a person with a reason for a limited time, ended by hand or by the clock.
import { Compile } from 'typebox/compile'
import type { AlertsConfig } from '../../contracts/config/alerts.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import type { CommandIssued } from '../../contracts/events/command-issued-v1.ts'
import { type Silence, SilenceRequest } from '../../contracts/silences.ts'
import { iso } from '../life-cycle/alert-record.ts'

const request = Compile(SilenceRequest)

export type SilenceDecision =
  | { readonly silence: Silence }
  | { readonly refusal: { readonly code: ErrorCode; readonly message: string } }

/** A new silence, or why not. `active`: how many are in force. */
export function createSilence(
  command: CommandIssued,
  id: string,
  active: number,
  config: AlertsConfig,
  now: number,
): SilenceDecision {
  const wanted: unknown = command.arguments
  if (!request.Check(wanted)) {
    const [fault] = request.Errors(wanted)
    return refuse('QLY_INPUT_INVALID', `${fault?.instancePath || 'arguments'} ${fault?.message ?? 'do not fit'}`)
  }
  const until = Date.parse(wanted.until)
  const limit = config.silences.maximumDays
  if (until <= now) return refuse('QLY_INPUT_INVALID', `until: ${wanted.until} is past`)
  if (until > now + limit * 86_400_000)
    return refuse('QLY_INPUT_INVALID', `until: a silence lasts ${limit} days at most`)
  if (wanted.reason.trim() === '') return refuse('QLY_INPUT_INVALID', 'reason: say why')
  if (active >= config.silences.maximumActive)
    return refuse('QLY_CONFLICT', `${active} silences are in force, which is the limit; end one first`)
  return {
    silence: {
      id,
      matchers: wanted.matchers,
      author: command.by,
      reason: wanted.reason,
      createdAt: iso(now),
      until: iso(until),
      endedAt: null,
      endedBy: null,
    },
  }
}

/** Ends one by hand. */
export function expireSilence(silence: Silence, by: string, now: number): SilenceDecision {
  if (silence.endedAt !== null)
    return refuse('QLY_TRANSITION_REFUSED', `the silence ended at ${silence.endedAt} already`)
  return { silence: { ...silence, endedAt: iso(now), endedBy: by } }
}

const refuse = (code: ErrorCode, message: string): SilenceDecision => ({ refusal: { code, message } })
