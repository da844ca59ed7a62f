// Where the time goes between a frame and its alert: the ports of a kernel, listened to. Nothing is changed on the way; a mark is one look at the clock.
import type { CameraFrame } from '../../../services/contracts/frames.ts'
import type { Outgoing } from '../../../services/kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../../services/kernel/kernel.ts'
import { createInferenceLane, type OpenLane } from '../../../services/vision/inference/inference-lane.ts'
import { rgbOf } from '../../../services/vision/inference/sized-input.ts'

/** The way, in its order: each moment with what happens before it. */
export const moments = [
  ['handed', 'frame handed over'],
  ['inferring', 'wait for an inference thread'],
  ['inferred', 'inference, with both hand-overs'],
  ['decided', 'tracking, zones, dwell'],
  ['shown', 'whole picture as RGB'],
  ['encoded', 'the first JPEG'],
  ['kept', 'the second JPEG, both flushed to disk'],
  ['committed', 'state and finding committed'],
  ['taken', 'bus: finding durable, at alerts'],
  ['judged', 'alert decided and committed'],
  ['streamed', 'bus: alert durable, at the event hub'],
  ['arrived', 'event stream, to the client'],
] as const
export type Moment = (typeof moments)[number][0]
/** `performance.now()` of each moment so far */
export type Way = Partial<Record<Moment, number>>

export interface AlertTrace {
  readonly kernel: Kernel
  readonly openLane: OpenLane
  /** The frame, followed from now on. The event times of all cameras' frames must differ. */
  follow(frame: CameraFrame): CameraFrame
  /** The way of the frame of this event time, as far as it has come. */
  wayOf(capturedAt: number): Way | undefined
}

export function createAlertTrace(kernel: Kernel): AlertTrace {
  const ways = new Map<number, Way>()
  const wayOfPixels = new WeakMap<Uint8Array, Way>()
  /** camera → the way of the frame that began its violation */
  const violations = new Map<string, Way>()
  const mark = (way: Way | undefined, moment: Moment) => {
    if (way) way[moment] ??= performance.now()
  }

  /** Marks what is the beginning of a violation, or the alert that it opened. */
  const markEvent = ({ event }: Pick<Outgoing, 'event'>, onFinding: Moment, onAlert: Moment) => {
    if (event.type === 'cn.qianliyan.finding.changed.v1') {
      const { cameraId = '', phase, at } = event.data
      const way = phase === 'started' ? ways.get(Date.parse(at)) : undefined
      if (way && !violations.has(cameraId)) violations.set(cameraId, way)
      mark(way, onFinding)
    } else if (event.type === 'cn.qianliyan.alert.changed.v1' && event.data.step.action === 'opened') {
      mark(violations.get(event.data.alert.source.camera ?? ''), onAlert)
    }
  }

  const bus: Kernel['bus'] = {
    ...kernel.bus,
    publish(outgoing) {
      for (const each of outgoing) markEvent(each, 'committed', 'judged')
      return kernel.bus.publish(outgoing)
    },
    subscribe: (options, handle) =>
      kernel.bus.subscribe(options, (batch, signal) => {
        if (options.group === 'alerts') for (const each of batch) markEvent(each as Outgoing, 'taken', 'streamed')
        return handle(batch, signal)
      }),
    tail: (options, handle) =>
      kernel.bus.tail(options, (delivery) => {
        markEvent(delivery as unknown as Outgoing, 'taken', 'streamed')
        return handle(delivery)
      }),
  }

  const objectStore: Kernel['objectStore'] = {
    ...kernel.objectStore,
    async put(bytes, options) {
      const way = ways.get(options.at)
      mark(way, 'encoded')
      const stored = await kernel.objectStore.put(bytes, options)
      if (way) way.kept = performance.now()
      return stored
    },
  }

  const openLane: OpenLane = (options) => {
    const lane = createInferenceLane(options)
    const send: typeof lane.send = async (message) => {
      const [first] = message.kind === 'infer' ? message.pictures : []
      const way = first && wayOfPixels.get(rgbOf(first))
      mark(way, 'inferring')
      const answer = await lane.send(message)
      mark(way, 'inferred')
      return answer
    }
    return Object.create(lane, { send: { value: send } }) as typeof lane
  }

  return {
    kernel: { ...kernel, bus, objectStore },
    openLane,
    wayOf: (capturedAt) => ways.get(capturedAt),
    follow(frame) {
      const way: Way = { handed: performance.now() }
      ways.set(frame.capturedAt, way)
      for (const { rgb } of frame.cuts) wayOfPixels.set(rgb, way)
      const fullFrame = async () => {
        mark(way, 'decided')
        const picture = await frame.fullFrame()
        mark(way, 'shown')
        return picture
      }
      return { ...frame, fullFrame }
    },
  }
}
