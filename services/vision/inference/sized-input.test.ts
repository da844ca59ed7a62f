// `input.multipleOf`: a model takes smaller pictures where its operators do, whatever size the file names; what it cannot take is refused, with the reason.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Pixels } from '../../contracts/frames.ts'
import { parseModelDescription } from '../model-registry/model-description.ts'
import { clipFrames, hasSharedData, sharedClip } from '../testing/clip-frames.ts'
import { makePublicYolox } from '../testing/public-yolox.ts'
import { makeModelFolder, pixelModel, pixelPicture, pixelSize } from '../testing/tiny-onnx.ts'
import { type ModelRuntime, openModelRuntime } from './model-runtime.ts'
import { pixelsOf } from './sized-input.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'qly-sizes-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const open = (folder: string): Promise<ModelRuntime> =>
  openModelRuntime(
    {
      name: 'sized',
      file: join(folder, 'model.onnx'),
      description: parseModelDescription(readFileSync(join(folder, 'model.json'), 'utf8'), 'model.json'),
    },
    { threads: 1 },
  )
const input = { width: pixelSize, height: pixelSize, letterbox: 'centre', multipleOf: 8 }
/** The first rows of a picture in which one car is seen. */
const lines = (height: number, width = pixelSize): Pixels => ({
  width,
  height,
  rgb: pixelPicture([{ label: 0, score: 0.9, box: [0, 0, 9, 5] }]).subarray(0, width * height * 3),
})

describe('pictures of other sizes', () => {
  it.each([
    ['one size in the file', pixelModel({ anySize: true })],
    ['several pictures at once', pixelModel({ anySize: true, openBatch: true })],
  ])('are taken: %s', async (name, onnx) => {
    const runtime = await open(makeModelFolder(directory, name.replaceAll(' ', '-'), onnx, { input }))
    const pictures = [lines(pixelSize), lines(24), lines(8), lines(24, 16), pixelPicture([])]
    const seen = await runtime.infer(pictures, 0.1)
    expect(seen.map(([first]) => first?.box)).toEqual([
      [0, 0, 9, 5],
      [0, 0, 9, 5],
      [0, 0, 9, 5],
      [0, 0, 9, 5],
      undefined,
    ])
    for (const wrong of [lines(12), lines(0), { ...lines(8), height: 40 }])
      await expect(runtime.infer([wrong], 0.1)).rejects.toThrow(/takes no picture of/)
    await expect(runtime.infer([{ ...lines(8), height: 16 }], 0.1)).rejects.toThrow(/bytes/)
    await runtime.release()
  })

  it('are refused where the operators take one size only, and where model.json does not ask for it', async () => {
    await expect(open(makeModelFolder(directory, 'stiff', pixelModel(), { input }))).rejects.toMatchObject({
      code: 'QLY_MODEL_INVALID',
      message: expect.stringMatching(/does not run at 32×24 \(input.multipleOf\)/),
    })
    const plain = await open(makeModelFolder(directory, 'plain', pixelModel({ anySize: true })))
    await expect(plain.infer([lines(24)], 0.1)).rejects.toThrow(/takes no picture of 32×24/)
    await plain.release()
    expect(
      () =>
        makeModelFolder(directory, 'odd', pixelModel(), { input: { ...input, multipleOf: 20 } }) &&
        parseModelDescription(readFileSync(join(directory, 'odd', 'model.json'), 'utf8'), 'model.json'),
    ).toThrow(/no multiple of 20/)
  })

  it.runIf(hasSharedData)('show the public yolox_nano what the whole size shows it', async () => {
    const whole = { width: 416, height: 416, letterbox: 'top-left' as const }
    const [square, wide] = [
      await open(makePublicYolox(join(directory, 'square'))),
      await open(makePublicYolox(join(directory, 'wide'), { input: { ...whole, multipleOf: 32 } })),
    ]
    const cuts = [
      { id: 'square', region: [0, 0, 1, 1] as const, ...whole },
      { id: 'wide', region: [0, 0, 1, 1] as const, ...whole, multipleOf: 32 },
    ]
    const plan = {
      cameraId: 'c',
      framesPerSecond: 6,
      cuts: cuts.map((cut) => ({ ...cut, region: [0, 0, 1, 1] as [number, number, number, number] })),
    }
    const file = sharedClip('preview_person-bicycle-car-detection.mp4')
    let compared = 0
    for await (const { cuts } of clipFrames(plan, { file, startAt: 0 })) {
      const [a, b] = cuts.map(pixelsOf) as [Pixels, Pixels]
      expect([a.height, b.height]).toEqual([416, 256])
      const [[before = []], [after = []]] = [await square.infer([a], 0.6), await wide.infer([b], 0.4)]
      for (const { label, box } of before) {
        const near = after.filter(
          (one) => one.label === label && one.box.every((edge, side) => Math.abs(edge - (box[side] ?? 0)) < 10),
        )
        expect(near).not.toEqual([])
        compared++
      }
      if (compared >= 5) break
    }
    expect(compared).toBeGreaterThanOrEqual(3)
    await square.release()
    await wide.release()
  })
})
