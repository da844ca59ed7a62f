// Checks events before they are published and after they come from a foreign engine: envelope, type allowed on the topic, data schema.
// One compiled check a type (about a microsecond an event), made when the type is first seen.
import { type TProperties, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { CloudEventAttributes, type EventDefinition } from '../../contracts/cloud-event.ts'
import { AppError } from '../../contracts/errors.ts'
import { type TopicName, topics } from '../../contracts/topics.ts'
import { registerFastDateTime } from './date-time.ts'

/** Throws QLY_BUS_EVENT_INVALID, naming every fault (at most 8), if the event may not be on the topic. */
export type EventCheck = (topic: TopicName, event: unknown) => void

export function createEventCheck(): EventCheck {
  registerFastDateTime()
  const checks = new Map<TopicName, Map<string, CompiledCheck>>()

  return (topic, event) => {
    const type = typeOf(event)
    let check = checks.get(topic)?.get(type)
    if (!check) {
      check = compileCheck(topic, type)
      const ofTopic = checks.get(topic) ?? new Map<string, CompiledCheck>()
      checks.set(topic, ofTopic.set(type, check))
    }
    if (!check.accepts(event)) throw invalid(topic, type, check.faults(event))
  }
}

interface CompiledCheck {
  accepts(event: unknown): boolean
  faults(event: unknown): string[]
}

function compileCheck(topic: TopicName, type: string): CompiledCheck {
  if (!Object.hasOwn(topics, topic)) throw invalid(topic, type, ['there is no such topic'])
  const definitions: readonly EventDefinition[] = topics[topic].events
  const definition = definitions.find((candidate) => candidate.type === type)
  if (!definition) throw invalid(topic, type, [`the topic takes ${definitions.map((known) => known.type).join(', ')}`])
  const envelope: TProperties = CloudEventAttributes.properties
  const compiled = Compile(Type.Object({ ...envelope, type: Type.Literal(definition.type), data: definition.schema }))
  return {
    accepts: (event) => compiled.Check(event),
    faults: (event) => compiled.Errors(event).map((fault) => `${fault.instancePath || '/'} ${fault.message}`),
  }
}

function typeOf(event: unknown): string {
  const type = typeof event === 'object' && event !== null && 'type' in event ? event.type : undefined
  return typeof type === 'string' ? type : ''
}

const maximumFaults = 8

function invalid(topic: string, type: string, faults: readonly string[]): AppError {
  const told = faults.slice(0, maximumFaults).join('; ')
  return new AppError('QLY_BUS_EVENT_INVALID', `${type || 'an event without type'} on ${topic}: ${told}`, {
    details: faults.slice(0, maximumFaults),
  })
}
