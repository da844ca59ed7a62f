// The keys of the playback page.
import { type RefObject, useEffect } from 'react'

const secondMs = 1000

/** Where a key goes to from this moment; undefined: it is none of ours. `alerts`: their moments, in order. */
function moveOf(key: string, far: boolean, at: number, alerts: readonly number[]): number | undefined {
  const step = (far ? 60 : 5) * secondMs
  if (key === 'ArrowLeft') return at - step
  if (key === 'ArrowRight') return at + step
  if (key === 'n') return alerts.find((moment) => moment > at + secondMs) ?? at
  if (key === 'p') return alerts.findLast((moment) => moment < at - secondMs) ?? at
  return undefined
}

export function usePlaybackKeys(props: {
  readonly video: RefObject<HTMLVideoElement | null>
  readonly at: number | undefined
  readonly alerts: readonly number[]
  readonly onSeek: (at: number) => void
  readonly onFrom: (at: number) => void
  readonly onTo: (at: number) => void
}): void {
  const { video, at, alerts, onSeek, onFrom, onTo } = props
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const { target, key } = event
      const typing = target instanceof HTMLInputElement || target instanceof HTMLSelectElement
      if (typing || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || at === undefined) return
      const wanted = moveOf(key, event.shiftKey, at, alerts)
      if (wanted !== undefined) onSeek(wanted)
      else if (key === 'i') onFrom(at)
      else if (key === 'o') onTo(at)
      else if (key === ' ' && !(target instanceof HTMLButtonElement)) {
        const node = video.current
        if (node?.paused) node.play().catch(() => {})
        else node?.pause()
      } else return
      event.preventDefault()
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  }, [video, at, alerts, onSeek, onFrom, onTo])
}
