// `npm run fuzz -- h264`: mutated H.264 and H.265 streams through the product's decoder and filters, in a child process. A crash, a hang, memory that
// grows or goes beyond its bound ends the campaign; the input that did it is kept and named.
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { annexB, type CodedClip, codedClip } from '../../../services/media/testing/coded-clip.ts'
import { createRandom, type Random } from '../../../simulators/random.ts'
import { createChildTrials } from '../child-trials.ts'
import type { Fuzz } from '../fuzz-port.ts'
import { mutateBytes } from '../rtsp/mutate.ts'
import type { Decoded, MutatedStream } from './decoder-process.ts'

const program = fileURLToPath(new URL('./decoder-process.ts', import.meta.url))
/** One stream of a few pictures that takes longer is a hang. */
const hangSeconds = 10
/** As in the product's configuration a camera may ask for large pictures; this bounds what the decoder takes for them. */
const maximumPixels = 9_000_000
const peakBytes = 1.5 * 2 ** 30
const growthBytes = 96 * 2 ** 20

export const h264Fuzz: Fuzz = async ({ seed, inputs, say }) => {
  const random = createRandom(seed)
  const clips = await goodClips()
  const decoder = createChildTrials<MutatedStream, Decoded>({ program, seconds: hangSeconds, stderr: 'inherit' })
  const told = { decodedWhole: 0, damaged: 0, refused: 0, pictures: 0, slowestMs: 0, peakMiB: 0, growthMiB: 0 }
  const began = performance.now()
  let before = 0
  try {
    for (let done = 0; done < inputs; done++) {
      const stream = mutated(random, clips)
      const started = performance.now()
      const verdict = await decoder.try(stream)
      if (typeof verdict === 'string')
        throw new Error(`${verdict} at input ${done} of seed ${seed}: ${await keep(stream, seed, done)}`)
      told.slowestMs = Math.max(told.slowestMs, performance.now() - started)
      told.pictures += verdict.pictures
      if (verdict.refused) told.refused++
      else if (verdict.damaged > 0) told.damaged++
      else told.decodedWhole++
      told.peakMiB = Math.max(told.peakMiB, verdict.peak / 2 ** 20)
      if (verdict.peak > peakBytes)
        throw new Error(`${told.peakMiB} MiB at input ${done} of seed ${seed}: ${await keep(stream, seed, done)}`)
      if (done === Math.floor(inputs / 4)) before = verdict.memory
      told.growthMiB = Math.max(0, (verdict.memory - before) / 2 ** 20)
      if (done % 1000 === 999) say(`${done + 1} inputs`)
    }
  } finally {
    decoder.stop()
  }
  if (told.growthMiB * 2 ** 20 > growthBytes) throw new Error(`memory grew by ${Math.round(told.growthMiB)} MiB`)
  return { inputs, seconds: (performance.now() - began) / 1000, told }
}

/** Plain, with B frames and CABAC, interlaced, of ten bits' worth of profiles that cameras send. */
async function goodClips(): Promise<CodedClip[]> {
  const base = { seconds: 1, fps: 8, width: 160, height: 96, group: 4 }
  const clips: CodedClip[] = []
  for (const options of [
    {},
    { encoder: { preset: 'veryfast', tune: 'film', bf: '2', coder: '1' } },
    { encoder: { 'x264-params': 'interlaced=1' } },
    { codec: 'H265' as const },
  ])
    clips.push(await codedClip({ ...base, ...options }))
  return clips
}

function mutated(random: Random, clips: readonly CodedClip[]): MutatedStream {
  const { codec, pictures } = random.pick(clips)
  const all = pictures.flat()
  const others = clips.flatMap((clip) => clip.pictures.flat())
  let left = 1 + random.integer(4)
  const change = (unit: Buffer): Buffer => {
    // small units are parameter sets: they reach furthest
    if (left === 0 || !random.chance(unit.length < 100 ? 0.3 : 0.15)) return unit
    left--
    return random.chance(0.1) ? random.pick(others) : mutateBytes(random, unit, all)
  }
  const packets = pictures.map((units) => units.map(change)).filter(() => !random.chance(0.03))
  if (random.chance(0.1)) packets.reverse()
  return {
    codec: random.chance(0.03) ? (codec === 'H264' ? 'H265' : 'H264') : codec,
    extraData: random.chance(0.5) ? annexB((pictures[0] ?? []).slice(0, 3).map(change)) : undefined,
    packets: packets.map((units) => (random.chance(0.02) ? mutateBytes(random, annexB(units), all) : annexB(units))),
    maximumPixels,
  }
}

async function keep(stream: MutatedStream, seed: number, number: number): Promise<string> {
  const file = join(tmpdir(), `qly-fuzz-${stream.codec}-${seed}-${number}.bin`)
  await writeFile(file, Buffer.concat([stream.extraData ?? Buffer.alloc(0), ...stream.packets]))
  return file
}
