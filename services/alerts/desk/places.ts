// What the configuration says of cameras and devices: their names and where they stand.
import type { CameraConfig, DeviceConfig } from '../../contracts/config/cameras.ts'
import type { DeviceKind } from '../../contracts/events/reading-recorded-v1.ts'
import type { LonLat } from '../../contracts/geometry.ts'

export interface Place {
  readonly name: string
  readonly kind: DeviceKind
  readonly isCamera: boolean
  readonly location: LonLat | null
}

export type Places = ReadonlyMap<string, Place>

export function placesOf(cameras: readonly CameraConfig[], devices: readonly DeviceConfig[]): Places {
  const places = new Map<string, Place>()
  for (const { id, kind, name, location } of devices)
    places.set(id, { name: name ?? id, kind, isCamera: false, location: location ?? null })
  for (const { id, kind, name, location } of cameras) {
    places.set(id, { name, kind, isCamera: true, location: location ?? places.get(id)?.location ?? null })
  }
  return places
}

/** A camera by configuration, or by what it says of itself. */
export const isCamera = (places: Places, id: string, kind: DeviceKind): boolean =>
  places.get(id)?.isCamera ?? (kind === 'cctv' || kind === 'kitchen')
