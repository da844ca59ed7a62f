// Live view between the api room, which has the browsers' sockets, and media, which has the pictures. App hands one to the other.
import type { AppError, ErrorCode } from './errors.ts'

/** fmp4: the camera's own stream in fragmented MP4, as it is. mpeg1: MPEG-1 in MPEG-TS, encoded anew, so that it can be masked and blurred. */
export const liveFormats = ['fmp4', 'mpeg1'] as const
export type LiveFormat = (typeof liveFormats)[number]

/** What is told in words on the way; everything else is pictures. */
export type LiveNews =
  /** what follows can be played from here on; told again when a stream had to begin anew */
  | { readonly type: 'begin'; readonly format: LiveFormat; readonly mediaType: string }
  /** no picture for the moment, tried again */
  | { readonly type: 'waiting'; readonly reason: string; readonly code: ErrorCode }

/** Someone who watches. No call may block or throw. */
export interface LiveWatcher {
  /** bytes that were sent and have not left yet */
  readonly waitingBytes: number
  news(news: LiveNews): void
  picture(bytes: Uint8Array): void
  /** it is over, for this reason: too slow, or the room stops */
  end(reason: AppError): void
}

export interface LiveRequest {
  readonly cameraId: string
  readonly format: LiveFormat
  /** Privacy masks are burnt in, where the camera has any. mpeg1 only. */
  readonly masked: boolean
  /** The whole picture is made so coarse that no face and no plate can be read. mpeg1 only. */
  readonly coarse: boolean
  /** With the camera's sound, where it has some. fmp4 only. */
  readonly sound?: boolean
  /** Where another process publishes the camera: what its twin's `liveUrl` is now, sealed as media wrote it. Asked anew at every start of the stream. */
  readonly address?: (() => Promise<string | undefined>) | undefined
}

export interface LiveView {
  /**
   * Adds a watcher; returns how to leave. The first starts the stream, a short while after the last it stops.
   * Throws QLY_NOT_FOUND for a camera without live view, QLY_RATE_LIMITED at a limit, QLY_INPUT_INVALID for a masked or coarse fmp4, and for sound with mpeg1.
   */
  watch(request: LiveRequest, watcher: LiveWatcher): () => void
}
