import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../contracts/errors.ts'
import { createManualClock } from '../clock/manual-clock.ts'
import type { EventBus } from '../event-bus/event-bus.ts'
import { createInbox } from './inbox.ts'
import { answer, countReading, openTestRoom, reading } from './test-room.ts'

type Room = Awaited<ReturnType<typeof openTestRoom>>

describe('a transactional consumer', () => {
  let directory: string
  const opened: Room[] = []
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'qly-consumer-'))
  })
  afterEach(async () => {
    for (const room of opened.splice(0)) await room.stop()
    await rm(directory, { recursive: true, force: true })
  })
  const open = async (options?: Parameters<typeof openTestRoom>[1]) => {
    const room = await openTestRoom(directory, options)
    opened.push(room)
    return room
  }
  const close = async (room: Room) => {
    opened.splice(opened.indexOf(room), 1)
    await room.stop()
  }
  const total = async (room: Room) => Object.values(await room.counts()).reduce((sum, count) => sum + count, 0)

  it('handles an event once, however often it is published, and publishes once', async () => {
    const room = await open()
    await room.consumer.start()
    for (let round = 0; round < 3; round++) await room.bus.publish([reading('a', '1'), reading('a', '2')])
    await room.bus.publish([reading('a', '3')])
    await room.until(async () => (await room.published('qly.answer.v1')).length >= 3)
    expect(await room.counts()).toEqual({ a: 3 })
    expect(await room.published('qly.answer.v1')).toEqual(['counted-1', 'counted-2', 'counted-3'])
    expect(await room.registry.metrics()).toContain('qianliyan_inbox_duplicates_total{consumer="test-room"} 4')
  })

  it('takes many events in few transactions', async () => {
    const room = await open()
    await room.bus.publish(Array.from({ length: 3000 }, (_, index) => reading(`device-${index % 30}`, String(index))))
    await room.consumer.start()
    await room.until(async () => (await room.published('qly.answer.v1')).length === 3000)
    expect(await total(room)).toBe(3000)
    expect(room.transactions()).toBeLessThan(15)
  })

  it('publishes after a restart what was committed but not published, without handling again', async () => {
    const down = (bus: EventBus): EventBus => ({
      ...bus,
      publish: () => Promise.reject(new AppError('QLY_BUS_UNAVAILABLE', 'the bus is away')),
    })
    const first = await open({ alterBus: down })
    await first.bus.publish([reading('a', '1'), reading('a', '2')])
    await first.consumer.start()
    await first.until(async () => (await first.counts()).a === 2)
    expect(await first.published('qly.answer.v1')).toEqual([])
    await close(first)

    const second = await open({ handle: () => Promise.reject(new AppError('QLY_INTERNAL', 'handled again')) })
    await second.consumer.start()
    await second.bus.publish([reading('b', 'not handled')])
    await second.until(async () => (await second.published('qly.dead-letter.v1')).length === 1)
    expect(await second.published('qly.answer.v1')).toEqual(['counted-1', 'counted-2'])
    expect(await second.counts()).toEqual({ a: 2 })
  })

  it('undoes a poisonous event alone and goes on', async () => {
    const room = await open({
      handle: async (delivery, transaction) => {
        const outgoing = await countReading(delivery, transaction)
        if (delivery.event.id === '13') throw new TypeError('13 is not to be borne')
        return outgoing
      },
    })
    await room.bus.publish(Array.from({ length: 20 }, (_, index) => reading('a', String(index))))
    await room.consumer.start()
    await room.until(async () => (await room.published('qly.dead-letter.v1')).length === 1)
    await room.until(async () => (await room.published('qly.answer.v1')).length === 19)
    expect(await total(room)).toBe(19)
    const expected = Array.from({ length: 20 }, (_, index) => `counted-${index}`).filter((id) => id !== 'counted-13')
    expect(await room.published('qly.answer.v1')).toEqual(expected)
  })

  it('undoes the change of a handler whose event no topic takes', async () => {
    const broken = answer('x')
    const room = await open({
      handle: async (delivery, transaction) => {
        await countReading(delivery, transaction)
        return [{ ...broken, event: { ...broken.event, data: { nonsense: 1 } } } as unknown as typeof broken]
      },
    })
    await room.consumer.start()
    await room.bus.publish([reading('a', '1')])
    await room.until(async () => (await room.published('qly.dead-letter.v1')).length === 1)
    expect(await room.counts()).toEqual({})
  })

  it('does timers’ work with the same guarantees, in order with the events', async () => {
    const room = await open()
    await room.consumer.start()
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        room.consumer.run(async (transaction) => {
          await transaction
            .insertInto('seen')
            .values({ device: `timer-${index}`, count: 1 })
            .execute()
          return [answer(`timer-${index}`)]
        }),
      ),
    )
    const failed = room.consumer.run(async (transaction) => {
      await transaction.insertInto('seen').values({ device: 'undone', count: 1 }).execute()
      throw new AppError('QLY_CONFLICT', 'changed meanwhile')
    })
    await expect(failed).rejects.toMatchObject({ code: 'QLY_CONFLICT' })
    expect(Object.keys(await room.counts())).toHaveLength(20)
    expect(await room.published('qly.answer.v1')).toEqual(Array.from({ length: 20 }, (_, index) => `timer-${index}`))
    await close(room)
    await expect(room.consumer.run(async () => [])).rejects.toMatchObject({ code: 'QLY_STORAGE_UNAVAILABLE' })
  })

  it('empties the outbox', async () => {
    const room = await open()
    await room.consumer.start()
    await room.bus.publish([reading('a', '1')])
    await room.until(async () => (await room.counts()).a === 1)
    await room.until(async () => (await room.room.db.selectFrom('outbox').selectAll().execute()).length === 0)
    expect(await room.published('qly.answer.v1')).toEqual(['counted-1'])
  })

  it('forgets the oldest events beyond its bound', async () => {
    const { room } = await open()
    const clock = createManualClock(1000)
    const inbox = createInbox({ clock }, 'bounded', { remembered: 10, forgetEvery: 5 })
    for (let index = 0; index < 40; index++) {
      await clock.advance(1)
      const { topic, event } = reading('a', String(index))
      const delivery = { topic, event, key: 'a', partition: 0, offset: String(index), storedAt: 0 }
      await room.transaction(async (transaction) => {
        await inbox.forgetOld(transaction as never)
        expect(await inbox.keepNew(transaction as never, [delivery as never, delivery as never])).toHaveLength(1)
      })
    }
    const rows = await room.db.selectFrom('inbox').select('id').where('consumer', '=', 'bounded').execute()
    expect(rows.length).toBeLessThanOrEqual(16)
    expect(rows.map(({ id }) => id)).toContain('39')
  })
})
