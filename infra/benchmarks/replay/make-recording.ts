// An hour (or so) of recording for the replay bench: a real clip in six versions (mirrored, dark, bright, noisy, in another tint), joined in changing
// order by ffmpeg without encoding again, and kept by our recorder as if a camera had sent it.
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { createRecordingPlant, play, readReel } from '../../../services/recording/testing/recording-plant.ts'

const run = promisify(execFile)
/** One set of encoder settings, so that all versions are one stream. */
const encoder = '-c:v libx264 -preset veryfast -g 20 -bf 0 -pix_fmt yuv420p -x264-params scenecut=0'.split(' ')
const versions = [
  'null',
  'hflip',
  'eq=brightness=-0.25',
  'eq=brightness=0.2:contrast=1.2',
  'noise=alls=24:allf=t',
  'hue=h=60',
]
/** Recorded at once, minutes: the recorder holds what is not on the disk yet in memory. */
const pieceMinutes = 5

/** Records `minutes` of `camera` from `startedAt` on (ms since the epoch) into the data directory `folder`. */
export async function makeRecording(
  folder: string,
  { clip, camera, minutes, startedAt }: { clip: string; camera: string; minutes: number; startedAt: number },
): Promise<void> {
  const files: string[] = []
  for (const [number, filter] of versions.entries()) {
    const file = path.join(folder, `version-${number}.mp4`)
    await run('ffmpeg', ['-v', 'error', '-y', '-i', clip, '-an', '-vf', filter, ...encoder, file])
    files.push(file)
  }
  const plant = await createRecordingPlant({ folder })
  for (let minute = 0; minute < minutes; minute += pieceMinutes) {
    const piece = path.join(folder, 'piece.mp4')
    await join(files, minute / pieceMinutes, 60 * Math.min(pieceMinutes, minutes - minute), piece)
    const recorder = plant.recorder({ segmentSeconds: 10, fragmentSeconds: 1, maximumWaitingBytes: 1024 ** 3 }, camera)
    play(recorder, await readReel(piece, startedAt + minute * 60_000))
    await recorder.close()
    if (recorder.faults.length > 0) throw recorder.faults[0]
  }
  await plant.stop({ keep: true })
}

/** Copies coded pictures; the order differs from piece to piece. */
async function join(files: readonly string[], turn: number, seconds: number, target: string): Promise<void> {
  const list = `${target}.txt`
  const order = Array.from(
    { length: 2 * files.length },
    (_, i) => files[(i * (turn % 2 === 0 ? 1 : 5) + turn) % files.length],
  )
  await writeFile(list, order.map((file) => `file '${file}'\n`).join(''))
  await run('ffmpeg', [
    ...['-v', 'error', '-y', '-f', 'concat', '-safe', '0', '-i', list],
    ...['-t', String(seconds), '-c', 'copy', target],
  ])
}
