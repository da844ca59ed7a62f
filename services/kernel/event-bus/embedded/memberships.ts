// join() of the embedded bus: the members of a group are all in this process and share its slots.
import { asAppError } from '../../../contracts/errors.ts'
import type { Logger } from '../../logging/logger.ts'
import type { MembershipOptions } from '../event-bus.ts'
import { shareSlots } from '../share-slots.ts'

interface Member {
  readonly id: string
  readonly onAssigned: MembershipOptions['onAssigned']
  owned: ReadonlySet<number>
}

interface Group {
  readonly slots: number
  readonly members: Member[]
  settled: Promise<void>
}

export interface Memberships {
  join(options: MembershipOptions): Promise<{ leave(): Promise<void> }>
  stop(): Promise<void>
}

export function createMemberships(logger: Logger): Memberships {
  const groups = new Map<string, Group>()
  const leaves = new Set<() => Promise<void>>()
  let lastId = 0

  async function assign(name: string, member: Member, slots: ReadonlySet<number>): Promise<void> {
    if (slots.size === member.owned.size && [...slots].every((slot) => member.owned.has(slot))) return
    member.owned = slots
    try {
      await member.onAssigned(slots)
    } catch (error) {
      logger.error({ group: name, err: asAppError(error) }, 'a member failed to take its slots')
    }
  }

  /** First everybody gives up what moves, then it is taken. */
  async function share(name: string, { slots, members }: Group): Promise<void> {
    const shares = shareSlots(slots, members)
    const shareOf = (member: Member) => shares.get(member.id) ?? new Set<number>()
    for (const member of members) {
      await assign(name, member, common(member.owned, shareOf(member)))
    }
    for (const member of members) await assign(name, member, shareOf(member))
  }

  function change(name: string, group: Group, alter: () => Promise<void>): Promise<void> {
    group.settled = group.settled.then(async () => {
      await alter()
      await share(name, group)
    })
    return group.settled
  }

  return {
    async join({ group: name, slots, onAssigned }) {
      const group = groups.get(name) ?? { slots, members: [], settled: Promise.resolve() }
      groups.set(name, group)
      const member: Member = { id: String(++lastId).padStart(9, '0'), onAssigned, owned: new Set() }
      await change(name, group, async () => void group.members.push(member))
      let left: Promise<void> | undefined
      const leave = () =>
        (left ??= change(name, group, async () => {
          leaves.delete(leave)
          group.members.splice(group.members.indexOf(member), 1)
          await assign(name, member, new Set())
        }))
      leaves.add(leave)
      return { leave }
    },
    async stop() {
      await Promise.all([...leaves].map((leave) => leave()))
    },
  }
}

const common = (some: ReadonlySet<number>, others: ReadonlySet<number>) =>
  new Set([...some].filter((slot) => others.has(slot)))
