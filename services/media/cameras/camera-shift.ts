// Which cameras this process looks at: those whose slots it has. Slots taken away are let go before the call resolves; given ones start at once.
import { slotOfCamera } from '../../contracts/camera-slots.ts'
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { CameraKeeper } from './camera-keeper.ts'

export interface CameraShift {
  readonly cameras: ReadonlySet<string>
  /** These slots, and no others, are ours from now on. Calls are carried out one after another. */
  assign(slots: ReadonlySet<number>): Promise<void>
}

export function createCameraShift(
  cameras: readonly CameraConfig[],
  keep: (camera: CameraConfig) => CameraKeeper,
): CameraShift {
  const keepers = new Map<string, CameraKeeper>()
  const ids = new Set<string>()
  let last: Promise<void> = Promise.resolve()

  const change = async (slots: ReadonlySet<number>) => {
    const wanted = cameras.filter((camera) => slots.has(slotOfCamera(camera.id)))
    const wantedIds = new Set(wanted.map((camera) => camera.id))
    const leaving = [...keepers].filter(([id]) => !wantedIds.has(id))
    await Promise.all(
      leaving.map(async ([id, keeper]) => {
        keepers.delete(id)
        ids.delete(id)
        await keeper.stop()
      }),
    )
    for (const camera of wanted) {
      if (keepers.has(camera.id)) continue
      keepers.set(camera.id, keep(camera))
      ids.add(camera.id)
    }
  }

  return {
    cameras: ids,
    assign(slots) {
      last = last.then(() => change(slots))
      return last
    },
  }
}
