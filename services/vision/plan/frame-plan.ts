// What a camera's frames are cut to: the surroundings of its zones, so that the model sees things large (design.md §5), or the whole frame.
import type { CameraConfig, ZoneConfig } from '../../contracts/config/cameras.ts'
import type { VisionConfig } from '../../contracts/config/vision.ts'
import type { FrameCut, FramePlan } from '../../contracts/frames.ts'
import type { PictureBox } from '../../contracts/geometry.ts'
import { findsBoxes } from '../detection/families/families.ts'
import { areaOf, type Box, heightOf, unionOf, widthOf } from '../geometry/box.ts'
import { boundsOf } from '../geometry/polygon.ts'
import type { Model } from '../model-registry/model-registry.ts'
import { classesOf } from '../zones/zone-rules.ts'
import { tileRegions } from './tiles.ts'

export type PlanConfig = VisionConfig['plan']
type PlannedModel = Pick<Model, 'key' | 'name' | 'classes' | 'description'>

const wholeFrame: Box = [0, 0, 1, 1]

/** The cut ids of each model, in the order of `models`, and the plan for media. Zones that no class of a model counts in are left to the others. */
export function planFrames(
  camera: CameraConfig,
  models: readonly PlannedModel[],
  config: PlanConfig,
  framesAtOnce = 1,
): { plan: FramePlan; cutsOf: ReadonlyMap<string, readonly string[]> } {
  const cuts: FrameCut[] = []
  const cutsOf = new Map<string, string[]>()
  for (const [index, model] of models.entries()) {
    const { width, height, letterbox, multipleOf } = model.description.input
    const zones = camera.zones.filter((zone) => concerns(zone, model))
    const tiles = camera.tiles ?? model.description.tiles
    const regions = cutRegions(zones, config).flatMap((region) =>
      tiles && isWhole(region) ? tileRegions(tiles) : [region],
    )
    const mine = regions.map((region, part) => ({
      id: `${index}.${model.name}.${part}`.slice(0, 64),
      region,
      width,
      height,
      letterbox,
      ...(multipleOf === undefined ? {} : { multipleOf }),
    }))
    cuts.push(...mine)
    cutsOf.set(
      model.key,
      mine.map(({ id }) => id),
    )
  }
  return { plan: { cameraId: camera.id, framesPerSecond: camera.fps, cuts, framesAtOnce }, cutsOf }
}

/** Where models look that find persons. */
export function personRegionsOf(
  { plan, cutsOf }: { readonly plan: FramePlan; readonly cutsOf: ReadonlyMap<string, readonly string[]> },
  models: readonly PlannedModel[],
  label: string,
): PictureBox[] {
  const finders = models.filter(({ classes, description }) => findsBoxes(description.family) && classes.includes(label))
  const ids = new Set(finders.flatMap(({ key }) => [...(cutsOf.get(key) ?? [])]))
  return plan.cuts.filter(({ id }) => ids.has(id)).map(({ region }) => region)
}

const isWhole = (region: PictureBox): boolean => region.every((edge, index) => edge === wholeFrame[index])

function concerns(zone: ZoneConfig, model: PlannedModel): boolean {
  const classes = classesOf(zone)
  return classes === undefined || classes.some((label) => model.classes.includes(label))
}

/** Regions that hold all zones with their surroundings: as few and as tight as worthwhile. */
export function cutRegions(zones: readonly ZoneConfig[], config: PlanConfig): PictureBox[] {
  let regions = zones.map((zone) => surroundings(boundsOf(zone.polygon), config))
  for (;;) {
    const pair = closestPair(regions)
    if (pair === undefined) break
    const [a, b, united] = pair
    const worthwhile = areaOf(united) <= 1.25 * Math.max(areaOf(a), areaOf(b), (areaOf(a) + areaOf(b)) * 0.8)
    if (!worthwhile && regions.length <= config.maximumCuts) break
    regions = [...regions.filter((region) => region !== a && region !== b), united]
  }
  const covers = regions.reduce((sum, region) => sum + areaOf(region), 0)
  if (regions.length === 0 || covers > config.wholeFrameFrom) return [[...wholeFrame]]
  return regions.map((region) => [...region] as PictureBox)
}

/** The pair whose union wastes least; undefined for fewer than two. */
function closestPair(regions: readonly Box[]): [Box, Box, Box] | undefined {
  let best: [Box, Box, Box] | undefined
  let least = Number.POSITIVE_INFINITY
  for (const [index, a] of regions.entries()) {
    for (const b of regions.slice(index + 1)) {
      const united = unionOf(a, b)
      const waste = areaOf(united) - areaOf(a) - areaOf(b)
      if (waste < least) {
        least = waste
        best = [a, b, united]
      }
    }
  }
  return best
}

/** A cut is no flatter than this (in fractions of the frame, whose aspect is not known yet): what a square model input shows anyway. */
const flattest = 0.6

/** The zone with a margin on every side, near the frame's own aspect, inside the frame. */
function surroundings(zone: Box, { margin, minimumSide }: PlanConfig): Box {
  const [wide, high] = [widthOf(zone) * (1 + 2 * margin), heightOf(zone) * (1 + 2 * margin)]
  const width = Math.min(1, Math.max(minimumSide, wide, flattest * high))
  const height = Math.min(1, Math.max(minimumSide, high, flattest * wide))
  const left = place((zone[0] + zone[2]) / 2, width)
  const top = place((zone[1] + zone[3]) / 2, height)
  return [left, top, left + width, top + height].map(round) as unknown as Box
}

/** Start of a span of this length about a centre, moved into 0..1. */
const place = (centre: number, length: number): number => Math.min(1 - length, Math.max(0, centre - length / 2))
const round = (value: number): number => Math.min(1, Math.round(value * 10_000) / 10_000)
