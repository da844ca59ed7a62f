// Coded pictures and sound of a camera, on their way from its one connection to whoever keeps or shows them without decoding.
// Services never import each other; app hands recorders (and live viewers) to media, and media gives them what arrives.
import type { CameraConfig } from './config/cameras.ts'

export interface CodedStream {
  readonly codec: 'h264' | 'hevc'
  /**
   * Parameter sets of the description or container, if it has any: Annex B, or avcC / hvcC where packets are length-prefixed (their first byte is 1).
   * Annex B key frames may bring newer ones inside; those count.
   */
  readonly extraData: Buffer | undefined
  /** pixels, where the source says it */
  readonly size: { readonly width: number; readonly height: number } | undefined
  readonly audio: CodedAudio | undefined
}

export interface CodedAudio {
  readonly codec: 'aac'
  /** AudioSpecificConfig, ISO/IEC 14496-3 §1.6.2.1 */
  readonly extraData: Buffer
  readonly sampleRate: number
  readonly channels: number
}

export interface CodedPacket {
  readonly track: 'video' | 'audio'
  /** video: an access unit; audio: one frame without header. Never changed after it was given. */
  readonly bytes: Buffer
  /** decoding can begin here; true for all audio */
  readonly key: boolean
  /** when it is shown, ms on the sender's own time line: exact distances, any origin */
  readonly mediaMs: number
  /** when it is decoded on the same line, where the source says it (only streams with B-frames differ) */
  readonly decodeMs?: number
  /** event time of `mediaMs`, ms since the epoch */
  readonly at: number
}

/** Takes what one connection brings, in its order. Calls return at once and never throw: a slow or broken taker must not touch the camera. */
export interface PacketSink {
  /** a connection plays; what follows is on a new time line */
  begin(stream: CodedStream): void
  take(packet: CodedPacket): void
  /** the connection is gone, with the reason for people */
  end(reason: string): void
}

export interface CameraPacketSink extends PacketSink {
  /** Something moved in the picture at this event time (ms since the epoch). Absent: nobody wants to know, so nobody looks. */
  readonly motion?: (at: number) => void
  /** The camera is let go. Resolves when what was taken is durable or given up. Idempotent. */
  close(): Promise<void>
}

/** What keeps or shows coded pictures, as media uses it. */
export interface CameraPackets {
  /** what it is for */
  readonly role: 'record' | 'live'
  /** false: it does nothing with what this camera brings */
  wants(camera: CameraConfig): boolean
  open(camera: CameraConfig): CameraPacketSink
}
