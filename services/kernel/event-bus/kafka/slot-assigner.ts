// How Kafka shares a group's slots: an assigner for kafkajs by which members say what they have, so that nobody loses a slot that need not move.
import type { Cluster, PartitionAssigner } from 'kafkajs'
import { type SlotMember, shareSlots } from '../share-slots.ts'
import { AssignerProtocol } from './kafkajs.ts'

export interface SlotAssigner {
  readonly assigner: PartitionAssigner
  /** True if, at the last assignment that this member made as leader, another live member had the slot; undefined if it was not the leader. */
  hadByOther(slot: number): boolean | undefined
  /** To be called when the assignment has been taken note of. */
  forget(): void
}

const version = 1

export function createSlotAssigner(topic: string, slots: number, owned: () => ReadonlySet<number>): SlotAssigner {
  let others: ReadonlySet<number> | undefined

  const assigner: PartitionAssigner = (_: { cluster: Cluster }) => ({
    name: 'qly-sticky-slots',
    version,
    protocol: ({ topics }) => ({
      name: 'qly-sticky-slots',
      metadata: AssignerProtocol.MemberMetadata.encode({
        version,
        topics,
        userData: Buffer.from(JSON.stringify([...owned()])),
      }),
    }),
    async assign({ members }) {
      const known = members.map(
        ({ memberId, memberMetadata }): SlotMember => ({ id: memberId, owned: readOwned(memberMetadata) }),
      )
      const mine = owned()
      others = new Set(known.flatMap((member) => [...member.owned]).filter((slot) => !mine.has(slot)))
      return [...shareSlots(slots, known)].map(([memberId, share]) => ({
        memberId,
        memberAssignment: AssignerProtocol.MemberAssignment.encode({
          version,
          assignment: { [topic]: [...share] },
          userData: Buffer.alloc(0),
        }),
      }))
    },
  })

  return {
    assigner,
    hadByOther: (slot) => others?.has(slot),
    forget() {
      others = undefined
    },
  }
}

/** What a member says it has; nothing if it cannot be read. */
function readOwned(metadata: Buffer): ReadonlySet<number> {
  try {
    const list: unknown = JSON.parse(
      AssignerProtocol.MemberMetadata.decode(metadata)?.userData.toString('utf8') ?? '[]',
    )
    return new Set(Array.isArray(list) ? list.filter((slot): slot is number => Number.isInteger(slot)) : [])
  } catch {
    return new Set()
  }
}
