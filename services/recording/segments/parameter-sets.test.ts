// What describes a stream: the same sets from a camera's Annex B as from the file that was made of it.
import { rm } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeClip } from '../../media/testing/make-clip.ts'
import { openMediaFile } from '../playback/read-media-file.ts'
import { describedSets, parameterSetsIn } from './parameter-sets.ts'
import { streamId } from './segment-store.ts'

describe('parameter sets', () => {
  it.each([
    ['libx264', 'h264', [7, 8]],
    ['libx265', 'hevc', [32, 33, 34]],
  ] as const)('of %s are found in Annex B and in MP4 alike', async (encoder, codec, types) => {
    const read = async (extension: string) => {
      const path = `/tmp/qly-sets-${process.pid}.${extension}`
      await makeClip(path, { seconds: 0.4, fps: 10, width: 160, height: 120, codec: encoder })
      const file = await openMediaFile(path)
      const first = await file.packets().next()
      await file.close()
      await rm(path)
      return { ...file.parameters, first: first.value?.bytes ?? Buffer.alloc(0) }
    }
    const [stream, file] = [await read('ts'), await read('mp4')]
    const sent = parameterSetsIn(codec, stream.first) ?? Buffer.alloc(0)
    expect(file.extraData[0]).toBe(1)
    const sets = describedSets(codec, file.extraData)
    expect(sets.map((set) => (codec === 'h264' ? set[0]! & 0x1f : set[0]! >> 1)).toSorted()).toEqual(types)
    expect(describedSets(codec, sent)).toEqual(sets)
    expect(streamId(codec, stream, sent)).toBe(streamId(codec, file, file.extraData))
    expect(streamId(codec, { width: 320, height: 120 }, sent)).not.toBe(streamId(codec, file, sent))
  })

  it('never throw on garbage', () => {
    const codec = fc.constantFrom('h264' as const, 'hevc' as const)
    fc.assert(
      fc.property(codec, fc.uint8Array({ maxLength: 80 }), fc.boolean(), (each, bytes, record) => {
        if (record && bytes.length > 0) bytes[0] = 1
        describedSets(each, Buffer.from(bytes))
        parameterSetsIn(each, Buffer.from(bytes))
      }),
      { numRuns: 1000 },
    )
  })
})
