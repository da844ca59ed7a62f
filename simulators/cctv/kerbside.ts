// Those who park: a vehicle leaves its lane for the kerb, stands, and goes back into the lane when nobody comes.
import type { RoadUserKind } from './scene/objects/catalogue.ts'
import type { LaneScript, ParkingScript, StreetScript } from './street-script.ts'
import type { Driver } from './traffic.ts'

export interface Kerbside {
  /** Begins what is due and steers those who park. */
  step(seconds: number, drivers: readonly Driver[]): void
}

/** Metres over which a vehicle moves sideways to the kerb, and back. */
const pullIn = 13
const pullOut = 11

interface Visit {
  readonly plan: ParkingScript
  readonly driver: Driver
  phase: 'in' | 'stands' | 'out'
  since: number
}

export function createKerbside(
  script: StreetScript,
  drive: (lane: LaneScript, kind: RoadUserKind, y: number, speed: number) => Driver,
): Kerbside {
  const due = script.parking.map((plan) => ({ plan, at: plan.at }))
  const visits: Visit[] = []

  return {
    step(seconds, drivers) {
      for (const item of due) {
        if (seconds < item.at) continue
        const lane = script.lanes.find(({ id }) => id === item.plan.lane)
        const entry = item.plan.y - (lane?.way ?? 1) * (pullIn + 3)
        const room =
          lane && drivers.every((other) => other.lane !== lane || other.aside || Math.abs(other.y - entry) > 11)
        // the lane is full just there: a moment later
        if (!lane || !room) {
          if (item.at > 0) continue
          for (const other of drivers)
            if (other.lane === lane && Math.abs(other.y - entry) <= 11) other.y = entry - (lane?.way ?? 1) * 12
        }
        if (!lane) continue
        const driver = drive(lane, item.plan.kind, entry, 4.5)
        driver.target = item.plan.y
        visits.push({ plan: item.plan, driver, phase: 'in', since: seconds })
        item.at = item.plan.everySeconds === undefined ? Number.POSITIVE_INFINITY : item.at + item.plan.everySeconds
      }
      for (let i = visits.length - 1; i >= 0; i--) {
        const visit = visits[i] as Visit
        steer(visit, seconds, drivers)
        if (visit.phase === 'out' && visit.driver.x === visit.driver.lane.x) visits.splice(i, 1)
      }
    },
  }
}

function steer(visit: Visit, seconds: number, drivers: readonly Driver[]): void {
  const { plan, driver } = visit
  const way = driver.lane.way
  const sideways = plan.x - driver.lane.x
  if (visit.phase === 'in') {
    lean(driver, sideways, 1 - ((plan.y - driver.y) * way) / pullIn, 1)
    driver.aside = Math.abs(driver.x - driver.lane.x) > Math.abs(sideways) * 0.75
    if (driver.speed === 0 && driver.aside) {
      visit.phase = 'stands'
      visit.since = seconds
    }
    return
  }
  if (visit.phase === 'stands') {
    if (seconds - visit.since < plan.seconds) return
    const clear = drivers.every((other) => {
      if (other === driver || other.lane !== driver.lane || other.aside) return true
      const ahead = (other.y - driver.y) * way
      return ahead < -12 || ahead > 8
    })
    if (!clear) return
    visit.phase = 'out'
    driver.target = undefined
    driver.aside = false
    return
  }
  lean(driver, sideways, 1 - Math.max(0, (driver.y - plan.y) * way) / pullOut, -1)
}

/** Moves sideways along a smooth S; `share` 0: in the lane, 1: at the kerb; `direction` +1 on the way to the kerb, -1 on the way back. */
function lean(driver: Driver, sideways: number, share: number, direction: 1 | -1): void {
  const f = Math.min(1, Math.max(0, share))
  driver.x = f === 0 ? driver.lane.x : driver.lane.x + sideways * f * f * (3 - 2 * f)
  const slope = (direction * sideways * 6 * f * (1 - f)) / (direction > 0 ? pullIn : pullOut)
  driver.heading = Math.atan2(driver.lane.way, slope)
}
