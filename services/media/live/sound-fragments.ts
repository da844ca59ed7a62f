// Where frames of sound lie beside the pictures of a live stream: event time joins the two lines, then the sound's own clock counts. Pure.
import type { CodedAudio, CodedPacket } from '../../contracts/packets.ts'
import { createSoundLine } from '../../kernel/media-times/sound-line.ts'
import { soundFragment } from './mp4-boxes.ts'

export interface SoundFragments {
  /** A picture of this event time (ms) is shown at this place of the stream (ms). */
  picture(at: number, placeMs: number): void
  /** The frame in its boxes; undefined before the first picture, and for one that comes again. */
  frame(frame: Pick<CodedPacket, 'bytes' | 'mediaMs' | 'at'>, sequence: number): Buffer | undefined
  /** False after it stayed away for a while: a player that waits for sound would show nothing. */
  expected(placeMs: number): boolean
}

const frameSamples = 1024
const patienceMs = 2000

export function createSoundFragments(audio: CodedAudio): SoundFragments {
  const line = createSoundLine()
  const durationMs = (frameSamples * 1000) / audio.sampleRate
  /** event time − place in the stream, by the newest picture */
  let offset: number | undefined
  let nextSample = 0
  let lastMs = 0
  return {
    picture(at, placeMs) {
      offset = at - placeMs
    },
    frame({ bytes, mediaMs, at }, sequence) {
      if (offset === undefined) return undefined
      const placeMs = line.place(mediaMs, at - offset, durationMs)
      if (placeMs === undefined) return undefined
      const exact = Math.round((placeMs * audio.sampleRate) / 1000)
      // frames follow each other without a gap as long as their times say no other
      const sample = Math.abs(exact - nextSample) < frameSamples / 2 ? nextSample : Math.max(exact, nextSample)
      nextSample = sample + frameSamples
      lastMs = placeMs
      return soundFragment(sequence, bytes, sample, frameSamples)
    },
    expected: (placeMs) => placeMs - lastMs <= patienceMs,
  }
}
