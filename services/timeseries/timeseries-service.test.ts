// The recorder through its doors: events published on the bus, figures read from the time series.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createEvent } from '../contracts/cloud-event.ts'
import type { Config } from '../contracts/config/config.ts'
import { AppError } from '../contracts/errors.ts'
import { alertChangedV1 } from '../contracts/events/alert-changed-v1.ts'
import { deviceChangedV1 } from '../contracts/events/device-changed-v1.ts'
import { frameAnalysedV1 } from '../contracts/events/frame-analysed-v1.ts'
import { readingRecordedV1 } from '../contracts/events/reading-recorded-v1.ts'
import { ticketChangedV1 } from '../contracts/events/ticket-changed-v1.ts'
import { createManualClock, type ManualClock } from '../kernel/clock/manual-clock.ts'
import type { Outgoing } from '../kernel/event-bus/event-bus.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { startTestKernel, type TestKernel } from '../kernel/testing/test-kernel.ts'
import type { TimeSeriesStore } from '../kernel/time-series/time-series.ts'
import { createTimeseriesService } from './timeseries-service.ts'

const noon = Date.parse('2020-06-28T12:00:00.000Z')
const at = (offsetMs: number) => new Date(noon + offsetMs).toISOString()
const never = new AbortController().signal

describe('the recorder', () => {
  let clock: ManualClock
  let kernel: TestKernel
  let recorder: Service
  /** fails the next writes */
  let failures: AppError[]
  let published = 0

  const begin = async (directory?: string) => {
    kernel = await startTestKernel({ clock, ...(directory ? { directory } : {}) })
    const { timeSeries } = kernel
    const faulty: TimeSeriesStore = {
      ...timeSeries,
      async write(points) {
        const failure = failures.shift()
        // what fails after the store has taken it is the harder case: it comes again
        await timeSeries.write(points)
        if (failure) throw failure
      },
    }
    recorder = createTimeseriesService({ ...kernel, timeSeries: faulty }, {} as Config)
    await recorder.start(never)
  }
  const restart = async () => {
    await recorder.stop()
    await kernel.stop({ keep: true })
    await begin(kernel.directory)
  }
  beforeEach(async () => {
    clock = createManualClock(noon)
    failures = []
    published = 0
    await begin()
  })
  afterEach(async () => {
    await recorder.stop()
    await kernel.stop()
  })

  const publish = async (...outgoing: Outgoing[]) => {
    published += outgoing.length
    await kernel.bus.publish(outgoing)
  }
  const recorded = () =>
    expect
      .poll(async () => {
        await clock.advance(1000) // lets back-off pass
        const metric = await kernel.registry.getSingleMetric('qianliyan_recorder_events_total')?.get()
        return metric?.values.reduce((sum, { value }) => sum + value, 0)
      })
      .toBe(published)
  const sum = async (measurement: string, field: string, groupBy: string[] = []) => {
    const range = { from: noon - 86_400_000, to: noon + 86_400_000 }
    const series = await kernel.timeSeries.windows({ measurement, field }, range, 10 * 86_400_000, 'sum', groupBy)
    return Object.fromEntries(series.map(({ tags, samples }) => [Object.values(tags).join('/'), samples[0]?.value]))
  }

  const frame = (cameraId: string, offsetMs: number, labels: readonly string[]): Outgoing => ({
    topic: 'qly.detection.v1',
    event: createEvent(
      frameAnalysedV1,
      { source: `/vision/${cameraId}`, time: at(offsetMs) },
      {
        ...frameAnalysedV1.example,
        cameraId,
        capturedAt: at(offsetMs),
        objects: labels.map((label) => ({ ...frameAnalysedV1.example.objects[0]!, label })),
      },
    ),
  })
  const reading = (deviceId: string, offsetMs: number, values: Record<string, number>): Outgoing => ({
    topic: 'qly.reading.v1',
    event: createEvent(
      readingRecordedV1,
      { source: `/ingest/${deviceId}`, time: at(offsetMs) },
      { deviceId, kind: 'river', observedAt: at(offsetMs), receivedAt: at(offsetMs), values },
    ),
  })
  const alert = (id: string, action: 'opened' | 'cleared', offsetMs: number): Outgoing => ({
    topic: 'qly.alert.v1',
    event: createEvent(
      alertChangedV1,
      { source: '/alerts', time: at(offsetMs) },
      {
        alert: {
          ...alertChangedV1.example.alert,
          id,
          openedAt: at(0),
          state: action === 'opened' ? 'open' : 'cleared',
        },
        step: { action, by: 'system:alerts', at: at(offsetMs) },
      },
    ),
  })
  const ticket = (id: string, stage: 'filed' | 'closed', offsetMs: number): Outgoing => ({
    topic: 'qly.ticket.v1',
    event: createEvent(
      ticketChangedV1,
      { source: '/tickets', time: at(offsetMs) },
      {
        ticket: {
          ...ticketChangedV1.example.ticket,
          id,
          stage,
          createdAt: at(0),
          closedAt: stage === 'closed' ? at(offsetMs) : null,
        },
        step: {
          action: stage === 'closed' ? 'check_pass' : 'created',
          by: 'system:tickets',
          at: at(offsetMs),
          from: stage === 'closed' ? 'checking' : null,
          to: stage,
        },
      },
    ),
  })

  it('records readings and changes of status at their own time, late ones too', async () => {
    await publish(
      reading('river-01', 0, { ph: 7.25, water_level: 3.9 }),
      reading('river-01', -3_600_000, { ph: 7.5 }),
      {
        topic: 'qly.device.v1',
        event: createEvent(
          deviceChangedV1,
          { source: '/broker', time: at(5) },
          { deviceId: 'river-01', kind: 'river', at: at(5), status: 'stalled' },
        ),
      },
    )
    await recorded()
    const range = { from: noon - 86_400_000, to: noon + 1000 }
    expect(await kernel.timeSeries.range({ measurement: 'reading', field: 'ph' }, range)).toEqual([
      {
        tags: { deviceId: 'river-01', kind: 'river' },
        samples: [
          { time: noon - 3_600_000, value: 7.5 },
          { time: noon, value: 7.25 },
        ],
      },
    ])
    const status = await kernel.timeSeries.last({ measurement: 'device', field: 'status' })
    expect(status[0]?.samples).toEqual([{ time: noon + 5, value: 1 }])
    expect(await sum('device', 'online')).toEqual({ '': 0 })
  })

  it('counts frames and objects by camera, label and minute', async () => {
    await publish(
      ...Array.from({ length: 90 }, (_, index) => frame('cam-1', index * 1000, index % 2 ? ['car', 'car'] : ['bus'])),
      frame('cam-2', 0, []),
    )
    await recorded()
    expect(await sum('frame', 'frames', ['cameraId'])).toEqual({ 'cam-1': 90, 'cam-2': 1 })
    expect(await sum('detection', 'objects', ['label'])).toEqual({ bus: 45, car: 90 })
    const selector = { measurement: 'detection', field: 'peak', tags: { label: 'car' } }
    const [peaks] = await kernel.timeSeries.range(selector, { from: noon, to: noon + 120_000 })
    expect(peaks?.samples).toEqual([
      { time: noon, value: 2 },
      { time: noon + 60_000, value: 2 },
    ])
  })

  it('counts nothing twice when the store fails after it has taken the points', async () => {
    failures = Array.from({ length: 3 }, () => new AppError('QLY_STORAGE_UNAVAILABLE', 'the answer was lost'))
    await publish(...Array.from({ length: 20 }, (_, index) => frame('cam-1', index * 1000, ['car'])))
    await recorded()
    await publish(...Array.from({ length: 20 }, (_, index) => frame('cam-1', 20_000 + index * 1000, ['car'])))
    await recorded()
    expect(await sum('frame', 'frames')).toEqual({ '': 40 })
    expect(await sum('detection', 'objects')).toEqual({ '': 40 })
  })

  it('goes on counting within the minute after a restart', async () => {
    await publish(...Array.from({ length: 10 }, (_, index) => frame('cam-1', index * 1000, ['car', 'bus'])))
    await recorded()
    await restart()
    published = 0
    await publish(...Array.from({ length: 10 }, (_, index) => frame('cam-1', 30_000 + index * 1000, ['car'])))
    await recorded()
    expect(await sum('frame', 'frames')).toEqual({ '': 20 })
    expect(await sum('detection', 'objects', ['label'])).toEqual({ bus: 10, car: 20 })
  })

  it('counts alerts and tickets and how long they took, over all partitions', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `id-${index}`)
    await publish(...ids.map((id) => alert(id, 'opened', 0)), ...ids.map((id) => ticket(id, 'filed', 1000)))
    await publish(...ids.slice(0, 10).map((id) => alert(id, 'cleared', 20_000)))
    await publish(...ids.slice(0, 5).map((id) => ticket(id, 'closed', 3_600_000)))
    await recorded()
    expect(await sum('alert', 'opened', ['kind'])).toEqual({ illegal_parking: 30 })
    expect(await sum('alert', 'cleared')).toEqual({ '': 10 })
    expect(await sum('alert', 'open_seconds')).toEqual({ '': 200 })
    expect(await sum('ticket', 'opened', ['category'])).toEqual({ '0512': 30 })
    expect(await sum('ticket', 'handling_seconds')).toEqual({ '': 18_000 })
  })

  it('tells every minute what is open, over a restart, and zero once nothing is', async () => {
    const open = async (measurement: string) => {
      await clock.advance(60_000)
      await expect
        .poll(async () => (await kernel.timeSeries.last({ measurement, field: 'open' }))[0]?.samples[0]?.time)
        .toBe(Math.floor(clock.now() / 60_000) * 60_000)
      return (await kernel.timeSeries.last({ measurement, field: 'open' }))[0]?.samples[0]?.value
    }
    await publish(...['a', 'b', 'c'].map((id) => alert(id, 'opened', 0)), ticket('t', 'filed', 0))
    await recorded()
    expect(await open('alert_open')).toBe(3)
    expect(await open('ticket_open')).toBe(1)
    await restart()
    published = 0
    await publish(alert('a', 'cleared', 90_000), alert('b', 'cleared', 90_000))
    await recorded()
    expect(await open('alert_open')).toBe(1)
    await publish(alert('c', 'cleared', 200_000))
    await recorded()
    expect(await open('alert_open')).toBe(0)
  })

  it('sends what cannot be recorded to the dead letters and goes on', async () => {
    await publish(
      reading('river-01', 0, { ph: 7 }),
      reading('river-01', -noon - 1000, { ph: 7 }),
      reading('river-01', 1000, { ph: 8 }),
    )
    const letters: string[] = []
    await kernel.bus.tail({ topics: ['qly.dead-letter.v1'], from: 'earliest' }, ({ event }) => {
      letters.push(event.data.code)
    })
    await expect.poll(() => letters).toEqual(['QLY_INPUT_INVALID'])
    const [series] = await kernel.timeSeries.range(
      { measurement: 'reading', field: 'ph' },
      { from: noon, to: noon + 2000 },
    )
    expect(series?.samples.map((sample) => sample.value)).toEqual([7, 8])
  })
})
