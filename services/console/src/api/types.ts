// What the API answers, by the contracts; and a camera as the API shows it.
import type { CameraConfig } from '../../../contracts/config/cameras.ts'
import type { FrameAnalysed } from '../../../contracts/events/frame-analysed-v1.ts'
import type { LiveFormat } from '../../../contracts/live.ts'

export type { Alert } from '../../../contracts/events/alert-changed-v1.ts'
export type { Ticket } from '../../../contracts/events/ticket-changed-v1.ts'

export interface CameraView extends CameraConfig {
  readonly status: 'online' | 'stopped' | 'stalled' | 'offline'
  readonly reason: string | null
  readonly pictureUrl: string | null
  readonly pictureAt: string | null
  /** what is wrong with what it shows: black, frozen, blurred, moved */
  readonly viewFaults: readonly ('black' | 'frozen' | 'blurred' | 'moved')[]
  /** it has moved, so that nothing is told of its zones until the view is confirmed or back */
  readonly zonesSuspended: boolean
  readonly latestFrame: FrameAnalysed | null
  /** it is recorded, and this person may watch that */
  readonly recordings: boolean
  /** formats of live view that this person may watch, the better one first */
  readonly live: readonly LiveFormat[]
}

export interface Person {
  readonly name: string
  readonly roles: readonly string[]
}

interface Names {
  readonly zh: string
  readonly en: string
}

export interface OrganisationView {
  readonly name: Names
  readonly stations: readonly { readonly id: string; readonly name: Names; readonly communities: readonly string[] }[]
  readonly communities: readonly { readonly id: string; readonly name: Names }[]
  readonly departments: readonly { readonly id: string; readonly name: Names }[]
  readonly grids: readonly {
    readonly properties: { readonly id: string; readonly community: string; readonly kind: string }
    readonly geometry: { readonly coordinates: readonly (readonly (readonly [number, number])[])[] }
  }[]
}
