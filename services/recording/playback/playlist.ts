// HLS playlists (RFC 8216) over segments that are whole fragmented MP4 files: the header of each is its own EXT-X-MAP, so a change of stream needs nothing more. Pure.

export interface ListedSegment {
  readonly url: string
  readonly started_at: number
  readonly ended_at: number
  /** ftyp and moov: bytes before the first fragment */
  readonly headerBytes: number
  readonly bytes: number
}

/** Each segment begins a time line of its own (EXT-X-DISCONTINUITY), placed in the world by EXT-X-PROGRAM-DATE-TIME. */
export function writePlaylist(segments: readonly ListedSegment[]): string {
  const seconds = segments.map(({ started_at, ended_at }) => (ended_at - started_at) / 1000)
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXT-X-TARGETDURATION:${Math.max(1, ...seconds.map((value) => Math.round(value)))}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-INDEPENDENT-SEGMENTS',
  ]
  for (const [n, { url, started_at, headerBytes, bytes }] of segments.entries()) {
    if (n > 0) lines.push('#EXT-X-DISCONTINUITY')
    lines.push(
      `#EXT-X-MAP:URI="${url}",BYTERANGE="${headerBytes}@0"`,
      `#EXT-X-PROGRAM-DATE-TIME:${new Date(started_at).toISOString()}`,
      `#EXTINF:${(seconds[n] ?? 0).toFixed(3)},`,
      `#EXT-X-BYTERANGE:${bytes - headerBytes}@${headerBytes}`,
      url,
    )
  }
  return `${[...lines, '#EXT-X-ENDLIST'].join('\n')}\n`
}
