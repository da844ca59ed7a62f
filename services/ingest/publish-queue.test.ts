import { describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import { AppError } from '../contracts/errors.ts'
import { readingRecordedV1 } from '../contracts/events/reading-recorded-v1.ts'
import { deadLetter } from './decoding/dead-letter.ts'
import { type Outgoing, refuse } from './decoding/decoded.ts'
import { createPublishQueue } from './publish-queue.ts'

const event = (id: string): Outgoing => ({
  topic: 'qly.reading.v1',
  event: createEvent(readingRecordedV1, { source: 's', id, time: 0 }, readingRecordedV1.example),
})
const message = {
  topic: 't',
  payload: Buffer.from('x'),
  qos: 1,
  retain: false,
  duplicate: false,
  clientId: '',
  receivedAt: 0,
} as const
const entry = (id: string) => ({
  events: [event(id)],
  bytes: 300,
  instead: (error: AppError) => deadLetter(message, refuse(error.code, error.message)),
})

function queueOver(publish: (ids: string[]) => Promise<void> | void) {
  const calls: string[][] = []
  const queue = createPublishQueue({
    async publish(outgoing) {
      const ids = outgoing.map((each) => (each.topic === 'qly.dead-letter.v1' ? 'dead' : each.event.id))
      calls.push(ids)
      await publish(ids)
    },
  })
  return { queue, calls }
}

describe('the publish queue', () => {
  it('gathers a tick, and what comes while the bus writes, into one publish each', async () => {
    let release: (() => void) | undefined
    const { queue, calls } = queueOver((ids) =>
      ids.includes('1')
        ? new Promise<void>((resolve) => {
            release = resolve
          })
        : undefined,
    )
    const sent = [queue.publish(entry('1')), queue.publish(entry('2'))]
    while (!release) await new Promise((resolve) => setImmediate(resolve))
    sent.push(queue.publish(entry('3')), queue.publish(entry('4')))
    expect(queue.waiting).toBe(4)
    release()
    await Promise.all(sent)
    expect(calls).toEqual([
      ['1', '2'],
      ['3', '4'],
    ])
    await queue.drain()
    expect(queue.waiting).toBe(0)
  })

  it('an event that does not fit becomes a dead letter; the others of its batch go on', async () => {
    const { queue, calls } = queueOver((ids) => {
      if (ids.includes('bad')) throw new AppError('QLY_BUS_EVENT_INVALID', 'no')
    })
    await Promise.all([queue.publish(entry('1')), queue.publish(entry('bad')), queue.publish(entry('2'))])
    expect(calls).toEqual([['1', 'bad', '2'], ['1'], ['bad'], ['dead'], ['2']])
  })

  it('a bus that does not work rejects what was sent and all that waits behind, in order', async () => {
    let up = false
    const { queue } = queueOver(() => {
      if (!up) throw new AppError('QLY_BUS_UNAVAILABLE', 'down')
    })
    const rejected: string[] = []
    const sent = ['1', '2', '3'].map((id) =>
      queue.publish(entry(id)).catch((error: AppError) => void rejected.push(`${id} ${error.retryable}`)),
    )
    await Promise.all(sent)
    expect(rejected).toEqual(['1 true', '2 true', '3 true'])
    up = true
    await queue.publish(entry('4'))
  })
})
