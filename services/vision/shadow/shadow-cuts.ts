// What a model in shadow wants of each frame, besides what the camera's own models want.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import type { FrameCut } from '../../contracts/frames.ts'
import type { Model } from '../model-registry/model-registry.ts'
import { type PlanConfig, planFrames } from '../plan/frame-plan.ts'

export function shadowCutsOf(
  camera: CameraConfig,
  model: Pick<Model, 'key' | 'name' | 'tag' | 'classes' | 'description'>,
  config: PlanConfig,
): FrameCut[] {
  const { plan } = planFrames(camera, [model], config)
  return plan.cuts.map((cut) => ({ ...cut, id: `shadow.${model.tag}.${cut.id}`.slice(0, 64) }))
}
