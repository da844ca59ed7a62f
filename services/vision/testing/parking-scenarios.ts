// Test data: the parking truth table. What happens on a street, and how many violations must be told of it, and ended.
import type { ZoneConfig } from '../../contracts/config/cameras.ts'
import { disturbedScenarios } from './scenarios-disturbed.ts'
import { standingScenarios } from './scenarios-standing.ts'
import { trafficScenarios } from './scenarios-traffic.ts'
import type { Scene } from './street-scene.ts'

export interface TruthRow {
  readonly name: string
  readonly scene: Scene
  readonly started: number
  readonly ended: number
  readonly zones?: readonly ZoneConfig[]
  /** seconds within which every violation must be told */
  readonly toldBy?: number
  /** seconds within which the first one must be told */
  readonly firstToldBy?: number
  /** at fewer frames a second nobody could tell */
  readonly fromFps?: number
  /** with a bad detector it is told later */
  readonly goodOnly?: true
}

export const truthTable: readonly TruthRow[] = [...standingScenarios, ...trafficScenarios, ...disturbedScenarios]
