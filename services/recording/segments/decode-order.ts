// Decoding times and durations for pictures of which the sender told only when they are shown (RTP). Pure.
// Without B-frames both are the same. With them, pictures arrive out of order: the n-th is decoded when the n-th in the order of showing is shown,
// earlier by the depth of the reordering.

export interface TimedPicture<Picture> {
  readonly picture: Picture
  /** ms on the line of `mediaMs` */
  readonly shownMs: number
  readonly decodeMs: number
  readonly durationMs: number
}

export interface DecodeOrder<Picture> {
  /** Takes the next in the order of arrival; gives those whose times are known now. */
  push(picture: Picture, shownMs: number, decodeMs?: number): TimedPicture<Picture>[]
  /** The last ones, at a cut or an end; `nextMs`: when the picture after them is shown, if there is one. */
  flush(nextMs?: number): TimedPicture<Picture>[]
  /** Pictures arrive out of order by so many; known only once it was seen. */
  readonly seenDepth: number
}

/** A picture is shown for this long if nothing tells better. */
const usualMs = 40
const longestMs = 10_000
/** H.264 and H.265 allow up to 16; encoders of cameras use 1 to 3 */
export const maximumDepth = 4

/** `depth`: by how many pictures they are out of order, as seen so far; 0: none. */
export function createDecodeOrder<Picture>(depth: number): DecodeOrder<Picture> {
  const waiting: { picture: Picture; shownMs: number; decodeMs: number | undefined }[] = []
  const shown: number[] = []
  let latest = Number.NEGATIVE_INFINITY
  let behind = 0
  let seenDepth = depth
  let step = usualMs
  let lastDecode = Number.NEGATIVE_INFINITY

  const release = (nextMs: number | undefined): TimedPicture<Picture> | undefined => {
    const first = waiting.shift()
    if (!first) return undefined
    const place = shown.shift() ?? first.shownMs
    const following = shown[0] ?? nextMs
    const durationMs = following !== undefined && following > place ? Math.min(longestMs, following - place) : step
    if (following !== undefined && following > place && following - place < 1000) step = following - place
    const wanted = first.decodeMs ?? (depth === 0 ? first.shownMs : place - depth * step)
    const decodeMs = Math.max(wanted, lastDecode + 0.1)
    lastDecode = decodeMs
    return { picture: first.picture, shownMs: Math.max(first.shownMs, decodeMs), decodeMs, durationMs }
  }

  return {
    get seenDepth() {
      return seenDepth
    },
    push(picture, shownMs, decodeMs) {
      behind = shownMs < latest ? behind + 1 : 0
      latest = Math.max(latest, shownMs)
      if (decodeMs === undefined) seenDepth = Math.min(maximumDepth, Math.max(seenDepth, behind))
      waiting.push({ picture, shownMs, decodeMs })
      const at = shown.findLastIndex((other) => other <= shownMs)
      shown.splice(at + 1, 0, shownMs)
      if (waiting.length <= depth + 1) return []
      const released = release(undefined)
      return released ? [released] : []
    },
    flush(nextMs) {
      const all: TimedPicture<Picture>[] = []
      for (let released = release(nextMs); released; released = release(nextMs)) all.push(released)
      return all
    },
  }
}
