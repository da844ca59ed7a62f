// What a camera's pictures come from, once it is open: an RTSP stream or a file. Packets go into FFmpeg's decoder.
import type { AVCodecID, CodecParameters, Packet } from 'node-av'
import type { PacketSink } from '../../contracts/packets.ts'

export interface VideoInput {
  /** for people: codec and size, as far as known */
  readonly description: string
  /** the codec of its sound, where that is none that we pass on */
  readonly unheard?: string | undefined
  readonly codec: AVCodecID
  /** parameters of a container, or parameter sets of a description (Annex B) */
  readonly parameters: CodecParameters | undefined
  readonly extraData: Buffer | undefined
  readonly timeBase: { readonly num: number; readonly den: number }
  /** True: pictures come when they come. False: they must be held back to play at their own speed. */
  readonly live: boolean
  /** Puts the next packet in; false at the end. Rejects with QLY_STREAM_UNREADABLE when the stream breaks or the signal aborts. */
  next(packet: Packet): Promise<boolean>
  /** Event time of a timestamp in units of the time base, milliseconds since the epoch. */
  timeOf(timestamp: bigint): number
  /** Begins again from the start (files only). */
  rewind(): Promise<void>
  /** Packets given up because decoding did not keep up, so far. */
  readonly droppedPackets: number
  /** How often the sender was held back because it sends more than it may, so far. */
  readonly heldBack?: number
  close(): Promise<void>
}

/**
 * Opens the input, or rejects with QLY_STREAM_UNREADABLE; gives up at once when the signal aborts, also while open.
 * `tap` is told of the stream and given every packet as it arrives, whatever decoding does with it.
 */
export type OpenVideo = (signal: AbortSignal, tap?: PacketSink) => Promise<VideoInput>
