// Test helper: the scene of vision-kill.e2e.test.ts, and the process that plays it until it is killed. Run as `node kill-scene.ts <folder> <model> <frame>`:
// opens the room on that folder, plays from that frame on as fast as it goes, prints each frame's number before it is seen, `done` at the end.
import type { CameraConfig } from '../../contracts/config/cameras.ts'
import { pixelFrame, type SceneObject } from './pixel-frames.ts'
import { createVisionRig } from './vision-rig.ts'

export const killScene = {
  startAt: Date.parse('2020-06-28T06:00:00.000Z'),
  fps: 5,
  frames: 700,
  /** the first car leaves unseen at 60 s, the second comes at 20 s and stays */
  objectsAt(seconds: number): SceneObject[] {
    const first: SceneObject = { label: 0, score: 0.9, box: [0.125, 0.5, 0.25, 0.625] }
    const second: SceneObject = { label: 0, score: 0.8, box: [0.625, 0.5, 0.75, 0.625] }
    return [...(seconds < 60 ? [first] : []), ...(seconds >= 20 ? [second] : [])]
  },
  camera: (model: string): CameraConfig => ({
    id: 'cam',
    name: 'cam',
    kind: 'cctv',
    source: 'file:///none.mp4',
    loop: false,
    transport: 'tcp',
    fps: 5,
    models: [model],
    zones: [
      {
        id: 'kerb',
        kind: 'no_parking',
        polygon: [
          [0, 0.4],
          [1, 0.4],
          [1, 0.9],
          [0, 0.9],
        ],
        classes: [],
        dwellSeconds: 10,
        hours: '00:00-24:00',
      },
    ],
  }),
}

async function play(directory: string, model: string, fromFrame: number): Promise<void> {
  const rig = await createVisionRig({ directory })
  const plan = await rig.vision.eyes.open(killScene.camera(model))
  for (let number = fromFrame; number < killScene.frames; number++) {
    process.stdout.write(`${number}\n`)
    const capturedAt = killScene.startAt + (number * 1000) / killScene.fps
    const frame = pixelFrame(plan, killScene.objectsAt(number / killScene.fps), {
      sequence: number,
      capturedAt,
      discontinuity: number === fromFrame,
    })
    await rig.vision.eyes.see(frame)
  }
  await rig.vision.eyes.close('cam')
  process.stdout.write('done\n')
  await rig.stop({ keep: true })
}

if (import.meta.main) {
  const [directory, model, frame] = process.argv.slice(2)
  await play(directory as string, model as string, Number(frame))
}
