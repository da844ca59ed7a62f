// One connection, several takers of its packets: each is given everything, and what it is given can be counted.
import type { CameraPacketSink, PacketSink } from '../../contracts/packets.ts'

/** The sink, with what it is given counted. */
export function measured(
  sink: CameraPacketSink,
  { bytes, picture }: { bytes(count: number): void; picture(): void },
): CameraPacketSink {
  return {
    begin: (stream) => sink.begin(stream),
    take(packet) {
      bytes(packet.bytes.length)
      if (packet.track === 'video') picture()
      sink.take(packet)
    },
    end: (reason) => sink.end(reason),
    ...(sink.motion ? { motion: sink.motion } : {}),
    close: () => sink.close(),
  }
}

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
