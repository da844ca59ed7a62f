// Plays fragmented MP4 from the socket by MediaSource, close to its end: what lies behind is let go, and a player that falls back jumps forward.

export interface Player {
  /** What follows can be played from here on; false if this browser cannot. */
  begin(mediaType: string): boolean
  picture(bytes: ArrayBuffer): void
  close(): void
}

/** seconds: kept behind the present picture; how far behind the newest one playing may fall */
const [keepSeconds, lagSeconds] = [10, 1.5]
const mostWaiting = 200

export function createFmp4Player(video: HTMLVideoElement, onPlaying: () => void): Player {
  let source: MediaSource | undefined
  let buffer: SourceBuffer | undefined
  let waiting: ArrayBuffer[] = []

  const feed = () => {
    if (!buffer || buffer.updating || source?.readyState !== 'open') return
    const ranges = video.buffered
    if (ranges.length > 0) {
      const [start, end] = [ranges.start(0), ranges.end(ranges.length - 1)]
      const behind = end - video.currentTime
      if (video.currentTime < ranges.start(ranges.length - 1) || behind > lagSeconds)
        video.currentTime = Math.max(start, end - 0.2)
      if (video.currentTime - start > 2 * keepSeconds) return buffer.remove(start, video.currentTime - keepSeconds)
    }
    if (waiting.length > 0) buffer.appendBuffer(joined(waiting.splice(0)))
  }

  const close = () => {
    if (video.src) URL.revokeObjectURL(video.src)
    video.removeAttribute('src')
    buffer = undefined
    source = undefined
    waiting = []
  }
  video.onplaying = onPlaying

  return {
    begin(mediaType) {
      close()
      if (!('MediaSource' in window) || !MediaSource.isTypeSupported(mediaType)) return false
      const fresh = new MediaSource()
      source = fresh
      fresh.addEventListener('sourceopen', () => {
        if (source !== fresh) return
        buffer = fresh.addSourceBuffer(mediaType)
        buffer.addEventListener('updateend', feed)
        feed()
      })
      video.src = URL.createObjectURL(fresh)
      // refused until somebody clicks somewhere, which they have: the tile was started by a click
      video.play().catch(() => {})
      return true
    },
    picture(bytes) {
      if (waiting.length < mostWaiting) waiting.push(bytes)
      feed()
    },
    close,
  }
}

/** Together: with sound more pieces come than a buffer takes one by one. */
function joined(pieces: readonly ArrayBuffer[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const piece of pieces) {
    whole.set(new Uint8Array(piece), at)
    at += piece.byteLength
  }
  return whole
}
