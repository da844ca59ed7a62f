// Cameras that can be found in the network (ONVIF), between the api room, where people ask, and media, which asks the cameras. App hands one to the other.
import { type Static, Type } from 'typebox'

export const FoundCamera = Type.Object({
  id: Type.String({ description: 'the device itself says so (urn:uuid:…), the same over restarts and addresses' }),
  name: Type.Union([Type.String(), Type.Null()]),
  hardware: Type.Union([Type.String(), Type.Null()], { description: 'make and model, as the device writes them' }),
  address: Type.String({ description: 'its ONVIF device service' }),
})
export type FoundCamera = Static<typeof FoundCamera>

export const FoundStream = Type.Object({
  profile: Type.String(),
  name: Type.Union([Type.String(), Type.Null()]),
  codec: Type.Union([Type.String(), Type.Null()], { description: 'H264, H265, JPEG …' }),
  width: Type.Union([Type.Integer(), Type.Null()]),
  height: Type.Union([Type.Integer(), Type.Null()]),
  fps: Type.Union([Type.Number(), Type.Null()]),
  source: Type.String({ description: 'rtsp://…, without a credential' }),
})
export type FoundStream = Static<typeof FoundStream>

export interface CameraSearch {
  /** Asks the network; resolves after `onvif.probeSeconds` with who answered, each device once. */
  discover(): Promise<FoundCamera[]>
  /**
   * The streams of a device, the largest picture first. QLY_FORBIDDEN for an address outside `onvif.networks`; QLY_STREAM_UNREADABLE if it does not
   * answer as ONVIF, or refuses the credential. No message shows the credential.
   */
  streams(
    address: string,
    credential: { readonly user: string; readonly password: string } | undefined,
  ): Promise<FoundStream[]>
}
