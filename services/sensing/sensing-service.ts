// Sensing: readings in; findings (limits, odour) and faults of sensors out. Decisions are in the pure files beside; this is the shell.
// For a batch: states are loaded, readings are taken in order, events are published, states are saved, then the bus commits. A crash
// between makes the same events with the same ids again, or finds the readings already taken; so nothing is lost and nothing counts twice.
import type { Config } from '../contracts/config/config.ts'
import { asAppError } from '../contracts/errors.ts'
import type { ReadingRecorded } from '../contracts/events/reading-recorded-v1.ts'
import type { Delivery, Outgoing, Subscription } from '../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../kernel/kernel.ts'
import type { Service } from '../kernel/lifecycle/service.ts'
import { type DeviceState, emptyDevice } from './device-state.ts'
import { faultEvent, findingEvent } from './finding-events.ts'
import { classifierInput, learnBaseline, responses } from './gas-array.ts'
import { endSilent, type JudgeContext, judgeReading } from './judge-reading.ts'
import { odourLabel } from './limits/odour.ts'
import { type OdourClassifier, openOdourClassifier } from './odour-classifier.ts'
import { createSensingMetrics } from './sensing-metrics.ts'
import { openSensingStore, type SensingStore, type Versioned } from './sensing-store.ts'
import { type Taken, takeReading } from './take-reading.ts'

export type SensingDeps = Pick<Kernel, 'bus' | 'database' | 'clock' | 'logger' | 'registry'>

const silenceCheckMs = 60_000
const silentAtOnce = 500

/** The role `sensing`. start() fails with QLY_MODEL_UNKNOWN or QLY_MODEL_INVALID if the odour model cannot be used. */
export function createSensingService(deps: SensingDeps, config: Config): Service {
  const { bus, clock, logger } = deps
  const log = logger
  const metrics = createSensingMetrics(deps.registry)
  const noiseClasses = new Map(config.devices.map((device) => [device.id, device.noiseClass]))
  const { sensing } = config
  let store: SensingStore | undefined
  let classifier: OdourClassifier | undefined
  let subscription: Subscription | undefined
  let cancelTimer = () => {}
  let stopped = false
  /** batches and the silence check take turns: both change states */
  let turn: Promise<unknown> = Promise.resolve()

  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = turn.then(work, work)
    turn = result.catch(() => undefined)
    return result
  }

  async function handle(batch: readonly Delivery<'qly.reading.v1'>[], open: SensingStore): Promise<void> {
    const known = await open.load([...new Set(batch.map(({ event }) => event.data.deviceId))])
    const outgoing: Outgoing[] = []
    const changed = new Map<string, Versioned>()
    for (const { event } of batch) {
      const { deviceId, kind } = event.data
      const { version, state } = changed.get(deviceId) ??
        known.get(deviceId) ?? { version: 0, state: emptyDevice(deviceId, kind) }
      const taken = takeReading(state, event.data, sensing)
      metrics.samples(taken.counts)
      const odour = await smell(taken)
      const judged = judgeReading(taken, { config, noiseClass: noiseClasses.get(deviceId), odour: odour?.verdict })
      const next: DeviceState = odour ? { ...judged.state, gasArray: odour.gasArray } : judged.state
      changed.set(deviceId, { version, state: next })
      outgoing.push(
        ...taken.faults.map((fault) => faultEvent(next, fault, taken.at, event.data.values[fault.name] ?? Number.NaN)),
        ...judged.changes.map((change) => findingEvent(next, change, event.traceparent)),
      )
      tell(taken, judged.changes, event.data)
    }
    if (outgoing.length > 0) await bus.publish(outgoing)
    await open.save([...changed.values()])
  }

  /** The classifier's opinion of a grown window, and the array with what it learned of clean air. */
  async function smell({ state, arrayGrew, at }: Taken) {
    const input = arrayGrew ? classifierInput(state.gasArray) : undefined
    if (input === undefined || classifier === undefined) return undefined
    try {
      const probabilities = await classifier.classify(input)
      const response = Math.max(...responses(state.gasArray))
      const threshold = sensing.odour.threshold ?? classifier.threshold
      const opinion = { at, probabilities, response, model: classifier.model }
      const { label } = odourLabel(opinion, sensing.odour, threshold)
      metrics.classified(label)
      const gasArray = learnBaseline(state.gasArray, label === sensing.odour.clean, sensing.odour.baselineHours)
      const verdict: JudgeContext['odour'] = { opinion, threshold }
      return { verdict, gasArray }
    } catch (thrown) {
      log.error({ err: asAppError(thrown), deviceId: state.deviceId }, 'the odour classifier failed on a window')
      metrics.classified('failed')
      return undefined
    }
  }

  function tell(
    taken: Taken,
    changes: readonly { phase: string; condition: { kind: string } }[],
    reading: ReadingRecorded,
  ) {
    for (const { name, fault } of taken.faults) {
      metrics.fault(fault ?? 'none')
      log.warn({ deviceId: reading.deviceId, measurement: name, fault }, fault ? 'sensor fault' : 'sensor fault over')
    }
    for (const { phase, condition } of changes) {
      metrics.finding(condition.kind, phase)
      if (phase !== 'continued') log.info({ deviceId: reading.deviceId, kind: condition.kind }, `finding ${phase}`)
    }
  }

  async function endSilentDevices(open: SensingStore): Promise<void> {
    const now = clock.now()
    const silent = await open.silentSince(now - sensing.staleSeconds * 1000, silentAtOnce)
    const outgoing: Outgoing[] = []
    const changed: Versioned[] = []
    for (const { version, state } of (await open.load(silent)).values()) {
      // the end is told at the time when it was due, so that every process that tells it tells the same
      const judged = endSilent(state, state.heardAt + sensing.staleSeconds * 1000)
      changed.push({ version, state: judged.state })
      outgoing.push(...judged.changes.map((change) => findingEvent(judged.state, change, undefined)))
      for (const { phase, condition } of judged.changes) metrics.finding(condition.kind, phase)
    }
    if (outgoing.length > 0) await bus.publish(outgoing)
    await open.save(changed)
  }

  function watchSilence(open: SensingStore): void {
    cancelTimer = clock.after(silenceCheckMs, () => {
      inTurn(() => endSilentDevices(open))
        .catch((thrown: unknown) =>
          log.warn({ err: asAppError(thrown) }, 'the check for silent devices failed; it comes again'),
        )
        .finally(() => {
          if (!stopped) watchSilence(open)
        })
    })
  }

  return {
    name: 'sensing',
    level: 'drain',
    async start(signal) {
      if (!sensing.enabled) {
        log.info('sensing is switched off by sensing.enabled')
        return
      }
      stopped = false
      const open = await openSensingStore(deps.database)
      store = open
      signal.throwIfAborted()
      classifier = await openOdourClassifier(sensing.odour.model)
      signal.throwIfAborted()
      subscription = await bus.subscribe({ topics: ['qly.reading.v1'], group: 'sensing', from: 'earliest' }, (batch) =>
        inTurn(() => handle(batch, open)),
      )
      watchSilence(open)
      log.info({ model: classifier.model }, 'judging readings')
    },
    async stop() {
      stopped = true
      cancelTimer()
      await subscription?.stop()
      subscription = undefined
      await turn
      await classifier?.release()
      classifier = undefined
      store = undefined
    },
    async check() {
      if (sensing.enabled && store === undefined) throw asAppError(new Error('sensing has not started'))
    },
  }
}
