// A camera with privacy masks in the media room: what is made from its full frame is black there, what models see only if configured; snapshots say what was seen.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CameraEyes, EyesOptions, Pixels } from '../../contracts/frames.ts'
import { readPictureNotes } from '../../kernel/pictures/picture-notes.ts'
import { makeClip } from '../testing/make-clip.ts'
import { createMediaPlant } from '../testing/media-plant.ts'

let plant: Awaited<ReturnType<typeof createMediaPlant>>
beforeEach(async () => {
  plant = await createMediaPlant()
})
afterEach(() => plant.stop())

const right = [
  [0.5, 0],
  [1, 0],
  [1, 1],
  [0.5, 1],
]
const person = { trackId: 1, label: 'person', box: [0.1, 0.2, 0.2, 0.6] as [number, number, number, number] }

/** Looks at the left and the right half as vision would, and keeps the pixels. */
function createLookingEyes() {
  const looked: { whole: Pixels; cut: Pixels }[] = []
  let options: EyesOptions | undefined
  const eyes: CameraEyes = {
    async open(camera, given) {
      options = given
      const region = [0.25, 0, 1, 1] as [number, number, number, number]
      return {
        cameraId: camera.id,
        framesPerSecond: 10,
        cuts: [{ id: 'most', region, width: 64, height: 64, letterbox: 'centre' }],
        personRegions: [region],
      }
    },
    async see(frame) {
      const whole = await frame.fullFrame()
      const [cut] = frame.cuts
      if (cut) looked.push({ whole, cut: { ...cut, rgb: Uint8Array.from(cut.rgb) } })
      options?.onObjects?.([person], frame.capturedAt)
    },
    close: async () => {},
  }
  return { eyes, looked }
}

const at = ({ width, height, rgb }: Pixels, x: number, y = 0.5) =>
  rgb[(Math.floor(y * height) * width + Math.floor(x * width)) * 3] ?? -1

describe.each([false, true])('privacy masks, with maskVision %s', (maskVision) => {
  it('are burnt into pictures', async () => {
    const path = join(plant.folder, 'white.mp4')
    await makeClip(path, { seconds: 1, fps: 10, width: 320, height: 180, picture: 'color=c=white' })
    const { eyes, looked } = createLookingEyes()
    const source = pathToFileURL(path).href
    const camera = { id: 'lane', name: 'lane', source, loop: true, fps: 10, privacyMasks: [right] }
    await plant.start(eyes, { cameras: [camera], media: { snapshotSeconds: 0.1, maskVision } })
    await expect.poll(() => plant.news.some(({ patch }) => patch?.snapshotUrl), { timeout: 8000 }).toBe(true)
    const { whole, cut } = looked[0]!
    expect([at(whole, 0.25), at(whole, 0.75)]).toEqual([expect.toSatisfy((value: number) => value > 230), 0])
    // the mask begins a third into the cut
    expect(at(cut, 0.2)).toBeGreaterThan(230)
    if (maskVision) expect(at(cut, 0.6)).toBe(0)
    else expect(at(cut, 0.6)).toBeGreaterThan(230)

    const url = String(plant.news.findLast(({ patch }) => patch?.snapshotUrl)?.patch?.snapshotUrl)
    const { stream } = await plant.objectStore.get(url.replace('/api/v1/evidence/', ''))
    const jpeg = Buffer.concat(await stream.toArray())
    const { data, info } = await sharp(jpeg).raw().toBuffer({ resolveWithObject: true })
    const snapshot = { width: info.width, height: info.height, rgb: data }
    expect(at(snapshot, 0.25)).toBeGreaterThan(230)
    expect(at(snapshot, 0.75)).toBeLessThan(12)
    const { label, box } = person
    expect(readPictureNotes(jpeg)).toEqual({ regions: [[0.25, 0, 1, 1]], objects: [{ label, box }] })
  })
})
