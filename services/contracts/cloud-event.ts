// The envelope of everything on the bus: CloudEvents 1.0.2 with the distributed-tracing extension.
// Bindings to Kafka (ce_ headers), MQTT 5 (user properties) and JSON live with the adapters that speak them.
import { randomUUID } from 'node:crypto'
import { type Static, type TSchema, Type } from 'typebox'

/** RFC 3339 date-time in UTC with milliseconds, as `Date.prototype.toISOString` writes it. */
export const Timestamp = Type.String({ format: 'date-time', examples: ['2020-06-28T06:00:00.000Z'] })

/** The context attributes of CloudEvents 1.0.2 §3, without `data`. `source` + `id` identify an event: the same pair is a duplicate. */
export const CloudEventAttributes = Type.Object({
  specversion: Type.Literal('1.0'),
  id: Type.String({ minLength: 1, maxLength: 256 }),
  source: Type.String({
    minLength: 1,
    maxLength: 256,
    description: 'URI-reference of the producer, e.g. /ingest/river-01',
  }),
  type: Type.String({ minLength: 1, maxLength: 128, description: 'e.g. cn.qianliyan.alert.changed.v1' }),
  subject: Type.Optional(Type.String({ maxLength: 256 })),
  time: Timestamp,
  datacontenttype: Type.Literal('application/json'),
  traceparent: Type.Optional(Type.String({ pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' })),
})
export type CloudEventAttributes = Static<typeof CloudEventAttributes>

/** An event of the bus: the attributes, and `data` by the schema of its `type`. */
export type CloudEvent<Type extends string = string, Data = unknown> = CloudEventAttributes & { type: Type; data: Data }

/** One event type: its name with version, what it says, its data schema and an example that the schema accepts. */
export interface EventDefinition<Name extends string = string, Schema extends TSchema = TSchema> {
  readonly type: Name
  readonly summary: string
  readonly schema: Schema
  readonly example: Static<Schema>
}

/** The event type of a definition. */
export type EventOf<Definition> =
  Definition extends EventDefinition<infer Name, infer Schema> ? CloudEvent<Name, Static<Schema>> : never

/** Declares an event type; only gives the definition its exact type. */
export function defineEvent<const Name extends string, Schema extends TSchema>(
  definition: EventDefinition<Name, Schema>,
): EventDefinition<Name, Schema> {
  return definition
}

/** What a producer says of a new event; a deterministic `id` makes a repeated production a recognised duplicate. */
export interface EventOrigin {
  readonly source: string
  /** default: a random UUID */
  readonly id?: string
  readonly subject?: string
  /** event time, milliseconds since the epoch or RFC 3339 */
  readonly time: number | string
  readonly traceparent?: string
}

/** Builds an event of a definition. The data is not checked here; buses check it on publish. */
export function createEvent<Name extends string, Schema extends TSchema>(
  definition: EventDefinition<Name, Schema>,
  origin: EventOrigin,
  data: Static<Schema>,
): CloudEvent<Name, Static<Schema>> {
  const { subject, traceparent } = origin
  const event: CloudEvent<Name, Static<Schema>> = {
    specversion: '1.0',
    id: origin.id ?? randomUUID(),
    source: origin.source,
    type: definition.type,
    time: typeof origin.time === 'number' ? new Date(origin.time).toISOString() : origin.time,
    datacontenttype: 'application/json',
    data,
  }
  if (subject !== undefined) event.subject = subject
  if (traceparent !== undefined) event.traceparent = traceparent
  return event
}

/** The identity of an event for duplicate detection (CloudEvents 1.0.2 §3.1.1). */
export function eventIdentity(event: Pick<CloudEventAttributes, 'source' | 'id'>): string {
  return `${event.source} ${event.id}`
}
