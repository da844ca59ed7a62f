// One connection, several takers of its packets: each is given everything.
import type { PacketSink } from '../../contracts/packets.ts'

export function toAll(sinks: readonly PacketSink[]): PacketSink {
  return {
    begin(stream) {
      for (const sink of sinks) sink.begin(stream)
    },
    take(packet) {
      for (const sink of sinks) sink.take(packet)
    },
    end(reason) {
      for (const sink of sinks) sink.end(reason)
    },
  }
}
