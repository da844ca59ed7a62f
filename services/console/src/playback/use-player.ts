// The player of a camera's day, and the moment that it shows, a few times a second.
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'
import type { RecordingTimeline } from '../../../contracts/recordings.ts'
import { createSegmentPlayer, type PlayerState, type SegmentPlayer } from './segment-player.ts'
import { listSegments } from './use-recordings.ts'

const momentMs = 100

export function usePlayer(
  video: RefObject<HTMLVideoElement | null>,
  camera: string,
  origin: number,
  timeline: RecordingTimeline | undefined,
) {
  const [state, setState] = useState<PlayerState>('paused')
  const [at, setAt] = useState<number>()
  const player = useRef<SegmentPlayer>(undefined)
  const spans = useRef<RecordingTimeline['spans']>([])
  /** asked for while the player of that day was not there yet */
  const wanted = useRef<number>(undefined)
  spans.current = timeline?.spans ?? []

  const ready = timeline !== undefined
  useEffect(() => {
    const node = video.current
    if (!node || !ready) return
    const made = createSegmentPlayer(node, {
      origin,
      onState: setState,
      // behind a gap of any length the recording goes on
      async list(from, to) {
        const next = spans.current.find((span) => Date.parse(span.to) > from)
        const begin = next ? Math.max(from, Date.parse(next.from)) : from
        return listSegments(camera, begin, begin + to - from)
      },
    })
    player.current = made
    if (wanted.current !== undefined) void made.seek(wanted.current)
    wanted.current = undefined
    const timer = setInterval(() => setAt(made.at), momentMs)
    return () => {
      clearInterval(timer)
      made.close()
      player.current = undefined
    }
  }, [video, camera, origin, ready])

  const seek = useCallback((moment: number) => {
    setAt(moment)
    wanted.current = player.current ? undefined : moment
    void player.current?.seek(moment)
  }, [])
  return { at, state, seek }
}
