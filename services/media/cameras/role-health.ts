// How a camera fares in each of its roles (what looks at it, records it, shows it live): online, stalled or offline, pictures and kilobits a second that it is
// given. A state must last to be told, so that a flapping connection is no flood of news.
import type { MediaConfig } from '../../contracts/config/media.ts'
import type { Clock } from '../../kernel/clock/clock.ts'

export const cameraRoles = ['detect', 'record', 'live'] as const
export type CameraRole = (typeof cameraRoles)[number]
export type RoleState = 'online' | 'stalled' | 'offline'

export interface RoleHealth {
  readonly state: RoleState
  /** since when, ISO 8601 */
  readonly since: string
  /** pictures a second: looked at (detect), or passed on coded (record, live); one decimal */
  readonly fps: number
  /** coded kilobits a second, measured on the packets; whole */
  readonly kbps: number
}
export type RolesHealth = Readonly<Partial<Record<CameraRole, RoleHealth>>>

export interface RoleMeter {
  bytes(count: number): void
  picture(): void
}

export interface RolesWatch {
  /** The meter of a role that the camera has; it is told of from then on. */
  of(role: CameraRole): RoleMeter
  /** How the connection fares. */
  source(state: RoleState): void
  close(): void
}

interface Watched extends RoleMeter {
  pictures: number
  size: number
  lastAt: number | undefined
  told: RoleState | undefined
  toldSince: number
  /** a state that differs from the one told, and since when it is seen */
  doubt: { readonly state: RoleState; readonly since: number } | undefined
}

/** Rates are measured over this time, or less where they are told more often. */
const mostTickMs = 5000

/** `tell` is called at every measurement; `news` says that it is worth telling others: a state has changed, or it is time. */
export function createRoleHealth(
  { clock }: { readonly clock: Clock },
  { health: config, stallSeconds }: Pick<MediaConfig, 'health' | 'stallSeconds'>,
  tell: (health: RolesHealth, news: boolean) => void,
): RolesWatch {
  const tickMs = Math.min(mostTickMs, config.everySeconds * 1000)
  const roles = new Map<CameraRole, Watched>()
  let connection: RoleState = 'offline'
  let measuredAt = clock.monotonic()
  let newsDue = Number.NEGATIVE_INFINITY
  let cancel: () => void = () => {}

  const measure = () => {
    const now = clock.monotonic()
    const seconds = Math.max(0.001, (now - measuredAt) / 1000)
    measuredAt = now
    let changed = false
    const health: Partial<Record<CameraRole, RoleHealth>> = {}
    for (const [role, watched] of roles) {
      const seen = stateOf(connection, watched.lastAt, now, stallSeconds * 1000)
      changed = settle(watched, seen, now, config.holdSeconds * 1000) || changed
      const fps = Math.round((watched.pictures / seconds) * 10) / 10
      const kbps = Math.round((watched.size * 8) / 1000 / seconds)
      watched.pictures = 0
      watched.size = 0
      const since = new Date(clock.now() - (now - watched.toldSince)).toISOString()
      health[role] = { state: watched.told ?? seen, since, fps, kbps }
    }
    const news = changed || now >= newsDue
    if (news) newsDue = now + config.everySeconds * 1000
    tell(health, news)
    cancel = clock.after(tickMs, measure)
  }
  cancel = clock.after(tickMs, measure)

  return {
    of(role) {
      const known = roles.get(role)
      if (known) return known
      const watched: Watched = {
        pictures: 0,
        size: 0,
        lastAt: undefined,
        told: undefined,
        toldSince: clock.monotonic(),
        doubt: undefined,
        bytes(count) {
          watched.size += count
        },
        picture() {
          watched.pictures++
          watched.lastAt = clock.monotonic()
        },
      }
      roles.set(role, watched)
      return watched
    },
    source(state) {
      connection = state
    },
    close() {
      cancel()
    },
  }
}

/** A connection that plays and of which a role is given nothing is a stalled role. Pure. */
export function stateOf(connection: RoleState, lastAt: number | undefined, now: number, stallMs: number): RoleState {
  if (connection !== 'online') return connection
  return lastAt !== undefined && now - lastAt < stallMs ? 'online' : 'stalled'
}

/** True if another state is told from now on. The first one is told at once. */
function settle(watched: Watched, seen: RoleState, now: number, holdMs: number): boolean {
  if (seen === watched.told) {
    watched.doubt = undefined
    return false
  }
  if (watched.doubt?.state !== seen) watched.doubt = { state: seen, since: now }
  if (watched.told !== undefined && now - watched.doubt.since < holdMs) return false
  watched.told = seen
  watched.toldSince = watched.doubt.since
  watched.doubt = undefined
  return true
}
