// HLS playlists (RFC 8216) over segments that are whole fragmented MP4 files. Pure.
import { joinMs, layOut } from './timeline.ts'

export interface ListedSegment {
  readonly url: string
  readonly started_at: number
  readonly ended_at: number
  /** segments with the same stream have the same header */
  readonly stream: string
  /** ftyp and moov: bytes before the first fragment */
  readonly headerBytes: number
  readonly bytes: number
}

/**
 * All on one time line, that of the first segment: each is asked for with the shift that puts it there (shift-times.ts), and EXT-X-PROGRAM-DATE-TIME says where
 * that is in the world. EXT-X-DISCONTINUITY only where the stream changes, or something is missing. One header (EXT-X-MAP) for each stream.
 */
export function writePlaylist(segments: readonly ListedSegment[]): string {
  const laid = layOut(segments)
  const origin = laid[0]?.at ?? 0
  const seconds = laid.map(({ segment: { started_at, ended_at } }) => (ended_at - started_at) / 1000)
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXT-X-TARGETDURATION:${Math.max(1, ...seconds.map((value) => Math.round(value)))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ]
  for (const [n, { segment, at }] of laid.entries()) {
    const { url, started_at, stream, headerBytes, bytes } = segment
    const before = laid[n - 1]?.segment
    const changed = before?.stream !== stream
    if (before && (changed || started_at - before.ended_at > joinMs)) lines.push('#EXT-X-DISCONTINUITY')
    if (changed) lines.push(`#EXT-X-MAP:URI="${url}",BYTERANGE="${headerBytes}@0"`)
    lines.push(
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(started_at).toISOString()}`,
      `#EXTINF:${(seconds[n] ?? 0).toFixed(3)},`,
      `#EXT-X-BYTERANGE:${bytes - headerBytes}@${headerBytes}`,
      `${url}?shift=${at - origin}`,
    )
  }
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`
}
