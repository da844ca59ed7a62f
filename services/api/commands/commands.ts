// Asks the room that owns an alert, ticket, silence or device for a change, over the bus, and waits for its answer.
import { ulid } from 'ulid'
import { createEvent } from '../../contracts/cloud-event.ts'
import { AppError, type ErrorCode, errorCodes } from '../../contracts/errors.ts'
import { type CommandAnswered, type CommandIssued, commandIssuedV1 } from '../../contracts/events/command-issued-v1.ts'
import type { Clock } from '../../kernel/clock/clock.ts'
import type { EventBus, Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { Person } from '../auth/accounts.ts'

export interface Command {
  readonly target: CommandIssued['target']
  /** absent: something new is made */
  readonly targetId?: string
  readonly action: string
  readonly arguments: Readonly<Record<string, unknown>>
}

export interface Commands {
  start(): Promise<void>
  stop(): Promise<void>
  /** The result of the change. Throws the refusal of the room, or QLY_COMMAND_TIMEOUT (the command may still be carried out). */
  issue(command: Command, person: Person): Promise<unknown>
}

export function createCommands(
  { bus, clock }: { readonly bus: EventBus; readonly clock: Clock },
  { commandTimeoutMs }: { readonly commandTimeoutMs: number },
): Commands {
  const waiting = new Map<string, (answer: CommandAnswered) => void>()
  let answers: Subscription | undefined

  return {
    async start() {
      answers = await bus.tail({ topics: ['qly.answer.v1'], from: 'latest' }, ({ event }) =>
        waiting.get(event.data.commandId)?.(event.data),
      )
    },

    async stop() {
      await answers?.stop()
    },

    async issue(command, person) {
      const now = clock.now()
      const commandId = ulid(now)
      const data: CommandIssued = {
        commandId,
        target: command.target,
        targetId: command.targetId ?? commandId,
        action: command.action,
        by: person.name,
        roles: [...person.roles],
        at: new Date(now).toISOString(),
        arguments: { ...command.arguments },
      }
      const { promise, resolve } = Promise.withResolvers<CommandAnswered | undefined>()
      waiting.set(commandId, resolve)
      const cancel = clock.after(commandTimeoutMs, () => resolve(undefined))
      try {
        const origin = { source: '/api', id: commandId, time: now }
        await bus.publish([{ topic: 'qly.command.v1', event: createEvent(commandIssuedV1, origin, data) }])
        return resultOf(await promise, command)
      } finally {
        cancel()
        waiting.delete(commandId)
      }
    },
  }
}

function resultOf(answer: CommandAnswered | undefined, { target }: Command): unknown {
  if (!answer) throw new AppError('QLY_COMMAND_TIMEOUT', `the room of this ${target} did not answer in time`)
  if (answer.accepted) return answer.result
  const code = answer.code !== undefined && answer.code in errorCodes ? (answer.code as ErrorCode) : 'QLY_INTERNAL'
  throw new AppError(code, answer.message ?? 'the command was refused')
}
