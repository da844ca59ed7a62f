// Which cameras this process looks at: those whose slots it has. Slots taken away are let go before the call resolves; given ones start at once.
import { slotOfCamera } from '../../contracts/camera-slots.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { CameraKeeper } from './camera-keeper.ts'

export interface CameraShift {
  readonly cameras: ReadonlySet<string>
  /** These slots, and no others, are ours from now on. Calls are carried out one after another. */
  assign(slots: ReadonlySet<number>): Promise<void>
  /** The list of cameras has changed: those that went or are other ones now are let go, new ones start. */
  refresh(): Promise<void>
}

export function createCameraShift(
  cameras: () => readonly CameraConfig[],
  keep: (camera: CameraConfig) => CameraKeeper,
): CameraShift {
  const keepers = new Map<string, { readonly camera: CameraConfig; readonly keeper: CameraKeeper }>()
  let ours: ReadonlySet<number> = new Set()
  const ids = new Set<string>()
  let last: Promise<void> = Promise.resolve()

  const change = async () => {
    const wanted = cameras().filter((camera) => ours.has(slotOfCamera(camera.id)))
    const staying = new Set(wanted)
    const leaving = [...keepers].filter(([, { camera }]) => !staying.has(camera))
    await Promise.all(
      leaving.map(async ([id, { keeper }]) => {
        keepers.delete(id)
        ids.delete(id)
        await keeper.stop()
      }),
    )
    for (const camera of wanted) {
      if (keepers.has(camera.id)) continue
      keepers.set(camera.id, { camera, keeper: keep(camera) })
      ids.add(camera.id)
    }
  }

  return {
    cameras: ids,
    assign(slots) {
      last = last.then(() => {
        ours = slots
        return change()
      })
      return last
    },
    refresh() {
      last = last.then(change)
      return last
    },
  }
}
