// The street scripts by name: what a worker thread is told to play.
import type { StreetScript } from '../street-script.ts'
import { backLane } from './back-lane.ts'
import { canalSide } from './canal-side.ts'
import { estateGate } from './estate-gate.ts'
import { market } from './market.ts'

export const streets = { backLane, estateGate, market, canalSide } as const satisfies Record<string, StreetScript>
export type StreetName = keyof typeof streets
