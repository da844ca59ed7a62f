// What vision will want of a camera's frames, told from models' descriptions alone: for media in another process, which has no inference.
import type { Config } from '../../contracts/config/config.ts'
import type { FramePlanner } from '../../contracts/frames.ts'
import { lineZonesOf } from '../crowd/camera-crowd.ts'
import { findsBoxes } from '../detection/families/families.ts'
import { describeModel } from '../model-registry/describe-model.ts'
import { shadowCutsOf } from '../shadow/shadow-cuts.ts'
import { zonesOf } from '../zones/camera-zones.ts'
import { personRegionsOf, planFrames } from './frame-plan.ts'

/** A planner that reads <modelsDirectory>/<name>/model.json; the weights need not be there. */
export function createFramePlanner({ vision }: Pick<Config, 'vision'>): FramePlanner {
  return async (configured) => {
    const camera = { ...configured, zones: [...zonesOf(configured)] }
    const describe = (name: string) => describeModel(name, vision.modelsDirectory)
    const models = await Promise.all(camera.models.map(describe))
    const looked = { ...camera, zones: [...camera.zones, ...lineZonesOf(camera, vision.persons.label)] }
    const { plan, cutsOf } = planFrames(looked, models, vision.plan)
    const shadows = await Promise.allSettled((camera.shadow ?? []).map(describe))
    const shadowCuts = shadows.flatMap((shadow) =>
      shadow.status === 'fulfilled' && findsBoxes(shadow.value.description.family)
        ? shadowCutsOf(camera, shadow.value, vision.plan)
        : [],
    )
    const personRegions = personRegionsOf({ plan, cutsOf }, models, vision.persons.label)
    return { ...plan, cuts: [...plan.cuts, ...shadowCuts], personRegions }
  }
}
