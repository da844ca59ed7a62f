// Test helper: a device that floods our RTSP server with good pictures, as many as it can get through: `node push-flood.ts rtsp://ID:PASSWORD@HOST:PORT/ID`.
import { createPacketiser } from '../rtsp/packetise.ts'
import { interleavedHeader } from '../rtsp/rtsp-message.ts'
import { readRtspAddress } from '../rtsp-client/rtsp-address.ts'
import { codedClip } from './coded-clip.ts'
import { callRtsp } from './rtsp-caller.ts'

/** Resolves once it floods; the flood ends with the connection. */
export async function pushFlood(source: string): Promise<{ close(): void }> {
  const { port, url, credential } = readRtspAddress(source)
  const { codec, pictures } = await codedClip({ seconds: 4, fps: 5, width: 640, height: 360 })
  const caller = await callRtsp(port, credential)
  await caller.ask('ANNOUNCE', url, { 'Content-Type': 'application/sdp' }, description)
  await caller.ask('SETUP', `${url}/trackID=0`, { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1;mode=record' })
  const { status } = await caller.ask('RECORD', url)
  if (status !== 200) throw new Error(`RECORD was answered ${status}`)
  const packetiser = createPacketiser(codec, { payloadType: 96, source: 7 })
  let time = 0
  const group = () =>
    Buffer.concat(
      pictures
        .flatMap((units) => {
          time += 3600
          return packetiser.packetise(units, time % 2 ** 32)
        })
        .flatMap((packet) => [interleavedHeader(0, packet.length), packet]),
    )
  const go = () => {
    while (!caller.socket.destroyed && caller.socket.write(group()));
  }
  caller.socket.on('drain', go)
  go()
  return caller
}

const description =
  'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=control:trackID=0\r\n'

if (import.meta.main) {
  await pushFlood(process.argv[2] ?? '')
  process.stdout.write('floods\n')
  process.stdin.resume().on('end', () => process.exit())
}
