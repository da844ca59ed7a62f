// Watches the view of one camera: a small grey picture now and then is judged; what is wrong is told, remembered over restarts, and what was confirmed is the
// view from then on. While the view has moved, `moved` is true and its zones mean nothing.
import sharp from 'sharp'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { Evidence } from '../../contracts/evidence.ts'
import type { CameraFrame } from '../../contracts/frames.ts'
import type { Outgoing } from '../../kernel/event-bus/event-bus.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { maskedFrame } from '../privacy/masked-frame.ts'
import type { GreyPicture } from './picture-measures.ts'
import { changeOf, viewFinding } from './view-findings.ts'
import { confirmedView, freshView, judgeView, type ViewFault, type ViewState } from './view-judge.ts'
import type { StoredView, ToldFault, ViewStore } from './view-store.ts'

export interface ViewWatch {
  /** Takes the frame if one is due; returns at once. */
  offer(frame: CameraFrame): void
  /** What the camera shows is not what its zones were drawn on. */
  readonly moved: boolean
  /** What the camera shows now is its view from now on. Resolves with what is still wrong with it. */
  confirm(): Promise<readonly ViewFault[]>
  /** Resolves when no picture is being judged, and what is known is kept (or could not be in a second). */
  close(): Promise<void>
}

export interface ViewWatchDeps extends Pick<Kernel, 'clock' | 'logger'> {
  readonly store: Pick<ViewStore, 'load' | 'save'>
  readonly objectStore: Pick<Kernel['objectStore'], 'put'>
}

/** Small enough to be cheap, large enough that two hundredths of the width are two pixels. */
const size = { width: 96, height: 54 }
const evidence = { maximumWidth: 1280, quality: 80 }
const closingMs = 1000

/** `tell` is called with all faults of the view whenever they change, and first after the first picture. */
export function createViewWatch(
  { clock, logger, store, objectStore }: ViewWatchDeps,
  config: MediaConfig['view'],
  camera: Pick<CameraConfig, 'id' | 'name' | 'kind' | 'location' | 'zones' | 'privacyMasks'>,
  tell: (faults: readonly ViewFault[], at: number) => void,
): ViewWatch {
  let state: ViewState = freshView
  let told: readonly ToldFault[] = []
  let loaded = false
  let said: string | undefined
  let due = Number.NEGATIVE_INFINITY
  let saveDue = Number.NEGATIVE_INFINITY
  let judging: Promise<void> = Promise.resolve()
  let busy = false
  let closed = false
  let unsaved: Outgoing[] = []
  let dirty = false
  let saving: Promise<void> | undefined
  // a drone's view is meant to move
  const watched = config.everySeconds > 0 && camera.kind !== 'drone'

  const load = async () => {
    const stored = await store.load(camera.id)
    loaded = true
    if (!stored) return
    const { reference, usualSharpness, faults } = stored
    told = faults
    state = { ...freshView, reference, usualSharpness, faults: new Set(faults.map(({ fault }) => fault)) }
  }

  const judge = async (frame: CameraFrame) => {
    const masked = maskedFrame(frame, camera, { vision: false })
    const grey = await greyOf(frame)
    if (!loaded) await load()
    const before = state
    state = judgeView(state, grey, frame.capturedAt, config)
    await take(frame.capturedAt, { frame: masked, learnt: before.reference === undefined })
  }

  /** Tells and keeps what has changed. */
  const take = async (
    at: number,
    { frame, learnt = false, confirmed = false }: { frame?: CameraFrame; learnt?: boolean; confirmed?: boolean },
  ) => {
    const change = changeOf(told, state.faults, at, config.remindHours * 3_600_000)
    told = change.faults
    const faults = [...state.faults]
    const words = faults.join(' ')
    if (words !== said) tell(faults, at)
    said = words
    for (const { phase, fault } of change.told) {
      const pictures = phase === 'started' && frame ? await picture(frame) : []
      unsaved.push(viewFinding(phase, fault, camera, at, { confirmed, evidence: pictures }))
    }
    if (change.told.length > 0 || learnt || confirmed || clock.monotonic() >= saveDue || unsaved.length > 0) save()
  }

  /** Returns at once: an engine that does not answer keeps nobody from judging. */
  const save = () => {
    saveDue = clock.monotonic() + config.saveSeconds * 1000
    dirty = true
    saving ??= saveAll().finally(() => {
      saving = undefined
    })
  }

  const saveAll = async () => {
    while (dirty) {
      dirty = false
      const events = unsaved
      unsaved = []
      const view: StoredView = { reference: state.reference, usualSharpness: state.usualSharpness, faults: told }
      try {
        await store.save(camera.id, view, events)
      } catch (error) {
        unsaved = [...events, ...unsaved]
        logger.warn({ camera: camera.id, err: error }, 'the view of a camera could not be kept; will be tried again')
        return
      }
    }
  }

  const picture = async (frame: CameraFrame): Promise<Evidence[]> => {
    try {
      const { width, height, rgb } = await frame.fullFrame()
      const jpeg = await sharp(rgb, { raw: { width, height, channels: 3 } })
        .resize({ width: Math.min(width, evidence.maximumWidth) })
        .jpeg({ quality: evidence.quality })
        .toBuffer()
      const at = frame.capturedAt
      const { key, sha256 } = await objectStore.put(jpeg, { prefix: 'evidence', mediaType: 'image/jpeg', at })
      return [{ url: `/api/v1/evidence/${key}`, sha256, at: new Date(at).toISOString(), role: 'clean' }]
    } catch (error) {
      logger.warn({ camera: camera.id, err: error }, 'no picture of the view; it is told without')
      return []
    }
  }

  /** One after another: a confirmation waits for the picture that is being judged. */
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = judging.then(work)
    judging = done.then(
      () => undefined,
      () => undefined,
    )
    return done
  }

  // before the first picture, where the database answers: a camera that was turned before a restart is turned after it
  if (watched) inTurn(load).catch((error: unknown) => logger.debug({ camera: camera.id, err: error }, 'view not known'))

  return {
    get moved() {
      return state.faults.has('moved')
    },
    offer(frame) {
      if (!watched || closed || busy || clock.monotonic() < due) return
      due = clock.monotonic() + config.everySeconds * 1000
      busy = true
      inTurn(() => judge(frame))
        .catch((error: unknown) => logger.debug({ camera: camera.id, err: error }, 'the view could not be judged'))
        .finally(() => {
          busy = false
        })
    },
    confirm: () =>
      inTurn(async () => {
        if (!loaded) await load()
        state = confirmedView(state)
        await take(clock.now(), { confirmed: true })
        return [...state.faults]
      }),
    async close() {
      closed = true
      await judging
      if (loaded && state.reference) save()
      const given = new AbortController()
      await Promise.race([saving, clock.sleep(closingMs, given.signal).catch(() => {})])
      given.abort()
    },
  }
}

/** The frame at the size that views are judged at. */
export async function greyOf(frame: Pick<CameraFrame, 'fullFrame'>): Promise<GreyPicture> {
  const { width, height, rgb } = await frame.fullFrame()
  const grey = await sharp(rgb, { raw: { width, height, channels: 3 } })
    .resize(size.width, size.height, { fit: 'fill' })
    .greyscale()
    .raw()
    .toBuffer()
  return { ...size, grey }
}
