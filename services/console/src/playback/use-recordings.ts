// What is recorded of a camera on a day, and what was seen in it, as the api has it.
import { useEffect, useState } from 'react'
import type { RecordedSegment, RecordingTimeline, SightedFrame } from '../../../contracts/recordings.ts'
import { request, wordsOf } from '../api/client.ts'

const iso = (at: number) => encodeURIComponent(new Date(at).toISOString())
export const recordingUrl = (camera: string, what: string, from: number, to: number): string =>
  `/api/v1/cameras/${encodeURIComponent(camera)}/recordings${what}?from=${iso(from)}&to=${iso(to)}`

const refreshMs = 15_000

/** The timeline of [from, to), fresh every quarter of a minute while the day goes on. */
export function useTimeline(camera: string, from: number, to: number) {
  const [timeline, setTimeline] = useState<RecordingTimeline>()
  const [fault, setFault] = useState('')
  useEffect(() => {
    let over = false
    const load = async () => {
      try {
        const told = await request<RecordingTimeline>(recordingUrl(camera, '', from, to))
        if (over) return
        setTimeline(told)
        setFault('')
      } catch (error) {
        if (!over) setFault(wordsOf(error))
      }
    }
    setTimeline(undefined)
    void load()
    const timer = setInterval(() => Date.now() < to && void load(), refreshMs)
    return () => {
      over = true
      clearInterval(timer)
    }
  }, [camera, from, to])
  return { timeline, fault }
}

export async function listSegments(camera: string, from: number, to: number): Promise<readonly RecordedSegment[]> {
  return (await request<RecordingTimeline>(recordingUrl(camera, '', from, to))).segments
}

/** frames are fetched so much at a time */
const pieceMs = 60_000
/** a frame's boxes are shown until the next, but no longer than this */
const freshMs = 1200

/** What was seen at that moment: the newest analysed frame at or before it. */
export function useSighting(camera: string, at: number | undefined): SightedFrame | undefined {
  const [piece, setPiece] = useState<{ from: number; frames: readonly SightedFrame[] }>()
  const from = at === undefined ? undefined : Math.floor(at / pieceMs) * pieceMs
  useEffect(() => {
    if (from === undefined) return
    let over = false
    // a little of before, so that the first moment of a piece has its frame
    request<{ items: SightedFrame[] }>(recordingUrl(camera, '/sightings', from - freshMs, from + pieceMs)).then(
      ({ items }) => !over && setPiece({ from, frames: items }),
      () => !over && setPiece({ from, frames: [] }),
    )
    return () => {
      over = true
    }
  }, [camera, from])
  if (at === undefined || piece?.from !== from) return undefined
  const frame = piece?.frames.findLast((each) => Date.parse(each.at) <= at)
  return frame && at - Date.parse(frame.at) <= freshMs ? frame : undefined
}
