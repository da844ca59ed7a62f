// The campaign against RTSP: most inputs go through the readers, a quarter through real sockets; heap and time are bounded.
import type { Fuzz } from '../fuzz-port.ts'
import { createHeapWatch } from '../heap-watch.ts'
import { fuzzReaders } from './fuzz-readers.ts'
import { fuzzServer } from './fuzz-server.ts'

/** What may be in use more at the end than after a first share: caches of the runtime, not of ours. */
const growthBytes = 16 * 1024 * 1024
/** No message may keep the loop this long (a slow machine, a collection in between). */
const slowestMs = 1000

export const rtspFuzz: Fuzz = async ({ seed, inputs, say }) => {
  const began = performance.now()
  const heap = createHeapWatch()
  const bounded = async <Result>(
    name: string,
    share: number,
    run: (seed: number, inputs: number) => Promise<Result>,
  ) => {
    await run(seed, Math.ceil(share / 10))
    const before = heap.measure()
    const result = await run(seed + 1, share - Math.ceil(share / 10))
    const growth = heap.measure() - before
    say(`${name}: ${share} inputs, heap ${(growth / 2 ** 20).toFixed(1)} MiB more, ${JSON.stringify(result)}`)
    if (growth > growthBytes) throw new Error(`${name} keeps ${(growth / 2 ** 20).toFixed(1)} MiB`)
    return { ...result, growth }
  }
  const sockets = Math.floor(inputs / 4)
  const readers = await bounded('readers', inputs - sockets, fuzzReaders)
  const server = await bounded('sockets', sockets, fuzzServer)
  for (const { slowest } of [readers, server])
    if (slowest > slowestMs) throw new Error(`one input took ${slowest.toFixed(0)} ms`)
  if (readers.recording === 0 || readers.playing === 0)
    throw new Error('the states behind a good session were never reached')
  return {
    inputs,
    seconds: (performance.now() - began) / 1000,
    told: {
      items: readers.items,
      faults: readers.faults,
      slowestMs: readers.slowest,
      heapGrowth: readers.growth,
      connections: server.connections,
      answers: server.answers,
      goodPackets: server.goodPackets,
      slowestAnswerMs: server.slowest,
      heapGrowthSockets: server.growth,
    },
  }
}
