// What people ask for: acknowledge, dismiss, escalate an alert; make or end a silence; revoke a false mark. Every command is answered: done, or refused with a code.
import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { ulid } from 'ulid'
import { Severity } from '../../contracts/alert-kinds.ts'
import { createEvent } from '../../contracts/cloud-event.ts'
import type { ErrorCode } from '../../contracts/errors.ts'
import { type CommandIssued, commandAnsweredV1 } from '../../contracts/events/command-issued-v1.ts'
import { decide } from '../life-cycle/decide.ts'
import type { CommandInput } from '../life-cycle/decision.ts'
import { silenceConcerns } from '../muting/decide-mute.ts'
import { createSilence, expireSilence, type SilenceDecision } from '../muting/decide-silence.ts'
import { findAlert } from '../store/alert-store.ts'
import { activeSilences, findSilence } from '../store/records-store.ts'
import { commandFalseMark, falseMarkOf, keepNewMark } from './false-marks.ts'
import { keepDecision } from './keep-decision.ts'
import { keepSilence } from './keep-silence.ts'
import { sweepMutes } from './mutes.ts'
import { eventSource, type Work } from './work.ts'

type Answer = { readonly result: unknown } | { readonly code: ErrorCode; readonly message: string }

/** Commands to other rooms are not ours to answer. */
export const isOurs = ({ target }: CommandIssued): boolean =>
  target === 'alert' || target === 'silence' || target === 'false_mark'

export async function handleCommand(work: Work, command: CommandIssued): Promise<'done' | 'refused'> {
  const answer = await answerTo(work, command)
  const refused = 'code' in answer
  const event = createEvent(
    commandAnsweredV1,
    {
      source: eventSource,
      id: `answer/${command.commandId}`,
      subject: command.targetId,
      time: work.now,
      ...(work.traceparent === undefined ? {} : { traceparent: work.traceparent }),
    },
    {
      commandId: command.commandId,
      accepted: !refused,
      ...(refused ? { code: answer.code, message: answer.message.slice(0, 1000) } : { result: answer.result }),
    },
  )
  work.outgoing.push({ topic: 'qly.answer.v1', event })
  return refused ? 'refused' : 'done'
}

function answerTo(work: Work, command: CommandIssued): Promise<Answer> {
  if (command.target === 'alert') return commandAlert(work, command)
  return command.target === 'silence' ? commandSilence(work, command) : commandFalseMark(work, command)
}

const Comment = Type.String({ maxLength: 2000 })
const actions = {
  acknowledge: Compile(Type.Object({ comment: Type.Optional(Comment) }, { additionalProperties: false })),
  dismiss: Compile(
    Type.Object({ reason: Comment, falseAlarm: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
  ),
  escalate: Compile(
    Type.Object(
      { comment: Type.Optional(Comment), severity: Type.Optional(Severity) },
      { additionalProperties: false },
    ),
  ),
}

async function commandAlert(work: Work, command: CommandIssued): Promise<Answer> {
  const input = readAlertCommand(command)
  if ('code' in input) return input
  const record = await findAlert(work.db, command.targetId)
  if (!record) return { code: 'QLY_NOT_FOUND', message: `there is no alert ${command.targetId}` }
  const decision = decide(record, input, work.config, work.now)
  if (decision.refusal) return decision.refusal
  const marked = marksFalse(input) ? await falseMarkOf(work, record, input.by, input.comment ?? '') : undefined
  if (marked && 'refusal' in marked) return marked.refusal
  await keepDecision(work, record, decision)
  if (!marked) return { result: decision.record?.alert }
  await keepNewMark(work, marked.record)
  return { result: { ...decision.record?.alert, falseMarkId: marked.record.mark.id } }
}

const marksFalse = (input: CommandInput): boolean => input.type === 'dismiss' && input.falseAlarm === true

function readAlertCommand(command: CommandIssued): CommandInput | { code: ErrorCode; message: string } {
  const { action, by, arguments: given } = command
  const at = Date.parse(command.at)
  switch (action) {
    case 'acknowledge': {
      const read = check(actions.acknowledge, given)
      if ('code' in read) return read
      return { type: action, by, at, ...(read.value.comment === undefined ? {} : { comment: read.value.comment }) }
    }
    case 'dismiss': {
      const read = check(actions.dismiss, given)
      if ('code' in read) return read
      return { type: action, by, at, comment: read.value.reason, falseAlarm: read.value.falseAlarm ?? false }
    }
    case 'escalate': {
      const read = check(actions.escalate, given)
      if ('code' in read) return read
      const { comment, severity: to } = read.value
      return {
        type: action,
        by,
        at,
        ...(comment === undefined ? {} : { comment }),
        ...(to === undefined ? {} : { to }),
      }
    }
    default:
      return {
        code: 'QLY_INPUT_INVALID',
        message: `an alert can be acknowledged, dismissed or escalated; "${action}" is none of these`,
      }
  }
}

function check<Schema extends TSchema>(
  schema: ReturnType<typeof Compile<Schema>>,
  given: unknown,
): { value: Static<Schema> } | { code: ErrorCode; message: string } {
  if (schema.Check(given)) return { value: given as Static<Schema> }
  const [fault] = schema.Errors(given)
  return {
    code: 'QLY_INPUT_INVALID',
    message: `arguments${fault?.instancePath ?? ''} ${fault?.message ?? 'do not fit'}`,
  }
}

async function commandSilence(work: Work, command: CommandIssued): Promise<Answer> {
  const decided = await decideSilence(work, command)
  if ('code' in decided) return decided
  if ('refusal' in decided) return decided.refusal
  const { silence } = decided
  await keepSilence(work, silence)
  const comment = silence.endedAt === null ? silence.reason : 'silence ended'
  await sweepMutes(work, undefined, { by: command.by, comment }, (alert) => silenceConcerns(silence, alert))
  return { result: silence }
}

async function decideSilence(
  work: Work,
  command: CommandIssued,
): Promise<SilenceDecision | { code: ErrorCode; message: string }> {
  switch (command.action) {
    case 'create': {
      const active = (await activeSilences(work.db)).length
      return createSilence(command, ulid(work.now), active, work.config, work.now)
    }
    case 'expire': {
      const silence = await findSilence(work.db, command.targetId)
      if (!silence) return { code: 'QLY_NOT_FOUND', message: `there is no silence ${command.targetId}` }
      return expireSilence(silence, command.by, work.now)
    }
    default:
      return {
        code: 'QLY_INPUT_INVALID',
        message: `a silence can be created or expired; "${command.action}" is neither`,
      }
  }
}
