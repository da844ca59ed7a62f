// Test material: a clip of makeClip as the NAL units of its pictures, to be sent, mutated or decoded without a container.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AV_PKT_FLAG_KEY, AVMEDIA_TYPE_VIDEO, FormatContext, Packet } from 'node-av'
import { readCodecRecord, splitUnits } from '../rtsp/nal-stream.ts'
import type { NalCodec } from '../rtsp/nal-units.ts'
import { type ClipOptions, makeClip } from './make-clip.ts'

export interface CodedClip {
  readonly codec: NalCodec
  /** the NAL units of each picture, parameter sets before every key frame */
  readonly pictures: readonly (readonly Buffer[])[]
}

/** Encodes a clip (by way of a temporary file). */
export async function codedClip(
  options: Omit<ClipOptions, 'codec'> & { readonly codec?: NalCodec },
): Promise<CodedClip> {
  const { codec = 'H264', ...clip } = options
  const folder = await mkdtemp(join(tmpdir(), 'qly-clip-'))
  try {
    const file = join(folder, 'clip.mp4')
    await makeClip(file, { ...clip, codec: codec === 'H264' ? 'libx264' : 'libx265' })
    return { codec, pictures: await picturesOf(file, codec) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function picturesOf(file: string, codec: NalCodec): Promise<Buffer[][]> {
  const input = new FormatContext()
  input.allocContext()
  await input.openInput(file)
  await input.findStreamInfo(null)
  const video = input.findBestStream(AVMEDIA_TYPE_VIDEO)
  const record = readCodecRecord(codec, input.streams[video]?.codecpar.extradata ?? undefined)
  const packet = new Packet()
  packet.alloc()
  const pictures: Buffer[][] = []
  while ((await input.readFrame(packet)) >= 0) {
    if (packet.streamIndex === video && packet.data) {
      const key = (packet.flags & AV_PKT_FLAG_KEY) !== 0
      pictures.push([...(key ? record.parameterSets : []), ...splitUnits(Buffer.from(packet.data), record.framing)])
    }
    packet.unref()
  }
  packet.free()
  await input.closeInput()
  return pictures.map((units) => units.map((unit) => Buffer.from(unit)))
}

/** Annex B: each unit after a start code, as decoders take them. */
export const annexB = (units: readonly Buffer[]): Buffer => Buffer.concat(units.flatMap((unit) => [startCode, unit]))

const startCode = Buffer.from([0, 0, 0, 1])
