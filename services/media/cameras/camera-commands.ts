// Commands to cameras from qly.command.v1. Every worker hears all; the one that has the camera carries it out and answers. Nobody has it: no answer, and who
// asked is told so in time.
import { createEvent } from '../../contracts/cloud-event.ts'
import { AppError } from '../../contracts/errors.ts'
import {
  type CommandAnswered,
  type CommandIssued,
  commandAnsweredV1,
} from '../../contracts/events/command-issued-v1.ts'
import type { Subscription } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { ViewWatch } from '../view-health/view-watch.ts'

export interface CameraCommands {
  start(): Promise<Subscription>
}

const mayConfirm = ['admin', 'operator']

export function createCameraCommands(
  { bus, logger }: Pick<Kernel, 'bus' | 'logger'>,
  views: ReadonlyMap<string, Pick<ViewWatch, 'confirm'>>,
): CameraCommands {
  const carryOut = async (
    { action, roles }: CommandIssued,
    view: Pick<ViewWatch, 'confirm'>,
  ): Promise<Omit<CommandAnswered, 'commandId'>> => {
    if (action !== 'confirm_view')
      return { accepted: false, code: 'QLY_INPUT_INVALID', message: `cameras know confirm_view, not "${action}"` }
    if (!roles.some((role) => mayConfirm.includes(role)))
      return { accepted: false, code: 'QLY_FORBIDDEN', message: 'operators confirm the view of a camera' }
    try {
      const viewFaults = await view.confirm()
      return { accepted: true, result: { viewFaults, zonesSuspended: viewFaults.includes('moved') } }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { accepted: false, code: error.code, message: error.message }
    }
  }

  const handle = async (command: CommandIssued) => {
    const view = command.target === 'camera' ? views.get(command.targetId) : undefined
    if (!view) return
    const { commandId, targetId } = command
    const data = { commandId, ...(await carryOut(command, view)) }
    const origin = { source: '/media', id: commandId, subject: targetId, time: command.at }
    await bus.publish([{ topic: 'qly.answer.v1', event: createEvent(commandAnsweredV1, origin, data) }])
    logger.info({ camera: targetId, action: command.action, by: command.by, accepted: data.accepted }, 'camera command')
  }

  return {
    start: () =>
      bus.tail({ topics: ['qly.command.v1'], from: 'latest' }, ({ event }) => {
        handle(event.data).catch((error: unknown) => {
          logger.error({ camera: event.data.targetId, err: error }, 'a command to a camera could not be carried out')
        })
      }),
  }
}
