// The WebSocket of a live tile: news as they are told, pictures as bytes. The session's cookie goes with it, so there is nothing secret in its address.
import type { LiveFormat, LiveNews } from '../../../contracts/live.ts'

export interface LiveHandlers {
  readonly onNews: (news: LiveNews) => void
  readonly onPicture: (bytes: ArrayBuffer) => void
  /** over, not by us: the reason for people */
  readonly onEnd: (reason: string) => void
}

/** Opens it; returns how to close it. Sound: fmp4 only. */
export function openLive(
  cameraId: string,
  { format, sound }: { readonly format: LiveFormat; readonly sound: boolean },
  handlers: LiveHandlers,
): () => void {
  const query = `format=${format}${sound ? '&sound=true' : ''}`
  const socket = new WebSocket(`/api/v1/cameras/${encodeURIComponent(cameraId)}/live?${query}`)
  socket.binaryType = 'arraybuffer'
  let reason = ''
  let closed = false
  socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
    if (closed) return
    if (data instanceof ArrayBuffer) return handlers.onPicture(data)
    const told = JSON.parse(data) as LiveNews | { readonly type: 'end'; readonly message: string }
    if (told.type === 'end') reason = told.message
    else handlers.onNews(told)
  }
  socket.onclose = () => {
    if (!closed) handlers.onEnd(reason)
  }
  return () => {
    closed = true
    socket.close()
  }
}
