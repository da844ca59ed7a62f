// File → frames at the model's size: our path (asynchronous, sampled, one cut of 416 × 416) against bare FFmpeg calls on the same file in the same run.
// How to misread it: bare decoding blocks the event loop, ours does not; both use one decoder thread, so on idle cores ours may come out ahead,
// since reading, decoding and scaling overlap.
import { availableParallelism } from 'node:os'
import { pathToFileURL } from 'node:url'
import { AV_LOG_FATAL, AVMEDIA_TYPE_VIDEO, CodecContext, FilterGraph, FormatContext, Frame, Log, Packet } from 'node-av'
import { Value } from 'typebox/value'
import { MediaConfig } from '../../services/contracts/config/media.ts'
import { systemClock } from '../../services/kernel/clock/system-clock.ts'
import { startCameraSource } from '../../services/media/camera-source/camera-source.ts'
import { openFile } from '../../services/media/camera-source/file-input.ts'
import { unheard } from '../../services/media/testing/unheard.ts'
import type { Bench } from './bench-port.ts'

const clips = new URL('../../../shared/data/clips/', import.meta.url)
const files = ['nopark_lane_topdown_30s.mp4', 'fire_dollhouse_30s.mp4']
const rounds = 3

export const bench: Bench = {
  name: 'media',
  needs: ['shared'],
  async run(report) {
    Log.setLevel(AV_LOG_FATAL)
    for (const name of files) {
      const url = new URL(name, clips)
      const figures = { decode: 0, scale: 0, ours: 0 }
      let size = ''
      // in turns, so that a slow moment of the machine does not fall on one of them only
      for (let round = 0; round < rounds; round++) {
        const decode = await bare(url.pathname, false)
        size = decode.size
        figures.decode = Math.max(figures.decode, decode.rate)
        figures.scale = Math.max(figures.scale, (await bare(url.pathname, true)).rate)
        figures.ours = Math.max(figures.ours, await ours(pathToFileURL(url.pathname).href))
      }
      const unit = 'frames/s'
      report({ what: `${size}: bare decode`, value: figures.decode, unit })
      report({ what: `${size}: bare decode and scale, blocking`, value: figures.scale, unit })
      const against = `bare decode and scale (${availableParallelism()} cores)`
      const ratio = figures.ours / figures.scale
      report({ what: `${size}: file → frames`, value: figures.ours, unit, against, ratio, target: 0.9 })
    }
  },
}

/** FFmpeg's calls one after another on this thread, nothing else. */
async function bare(path: string, scale: boolean): Promise<{ rate: number; size: string }> {
  const input = new FormatContext()
  input.allocContext()
  await input.openInput(path)
  await input.findStreamInfo(null)
  const { streamIndex, decoder } = input.findBestStream(AVMEDIA_TYPE_VIDEO, -1, -1, true)
  const stream = input.streams[streamIndex]
  if (!stream || !decoder) throw new Error(`${path} has no video`)
  const codec = new CodecContext()
  codec.allocContext3(decoder)
  codec.parametersToContext(stream.codecpar)
  codec.threadCount = 1
  await codec.open2(decoder)
  const { width, height, format } = stream.codecpar
  const graph = scale ? await graphFor(width, height, format) : undefined
  const [packet, frame, scaled] = [new Packet(), new Frame(), new Frame()]
  packet.alloc()
  frame.alloc()
  scaled.alloc()
  let frames = 0
  const began = performance.now()
  const receive = () => {
    while (codec.receiveFrameSync(frame) >= 0) {
      frames++
      if (graph) {
        graph.input.buffersrcAddFrameSync(frame)
        graph.output.buffersinkGetFrameSync(scaled)
        scaled.toBuffer()
        scaled.unref()
      }
      frame.unref()
    }
  }
  while (input.readFrameSync(packet) >= 0) {
    if (packet.streamIndex === streamIndex) {
      codec.sendPacketSync(packet)
      receive()
    }
    packet.unref()
  }
  codec.sendPacketSync(null)
  receive()
  const rate = (frames * 1000) / (performance.now() - began)
  for (const resource of [packet, frame, scaled, ...(graph ? [graph.graph] : [])]) resource.free()
  codec.freeContext()
  await input.closeInput()
  return { rate, size: `${width}×${height}` }
}

async function graphFor(width: number, height: number, format: number) {
  const graph = new FilterGraph()
  graph.alloc()
  graph.nbThreads = 1
  const tall = Math.round((416 * height) / width)
  const source = `buffer@in=video_size=${width}x${height}:pix_fmt=${format}:time_base=1/1000:pixel_aspect=1/1`
  const scale = `scale=416:${tall}:flags=bilinear,format=yuv420p,scale=flags=bilinear,format=rgb24,pad=416:416:0:${(416 - tall) >> 1}:color=0x727272`
  graph.parse2(`${source},${scale},buffersink@out`)
  await graph.config()
  const [input, output] = [graph.getFilter('buffer@in'), graph.getFilter('buffersink@out')]
  if (!input || !output) throw new Error('no filter graph')
  return { graph, input, output }
}

/** Every frame through the camera's path, as fast as the sink takes them. */
async function ours(url: string): Promise<number> {
  let frames = 0
  const began = performance.now()
  const camera = startCameraSource(
    { clock: systemClock },
    Value.Default(MediaConfig, {}) as MediaConfig,
    {
      plan: {
        cameraId: 'bench',
        framesPerSecond: 1000,
        cuts: [{ id: 'all', region: [0, 0, 1, 1], width: 416, height: 416, letterbox: 'centre' }],
      },
      open: (signal) => openFile(url, systemClock, signal),
      see: async () => void frames++,
      loop: false,
      mode: 'every',
    },
    unheard,
  )
  await camera.ended
  return (frames * 1000) / (performance.now() - began)
}
