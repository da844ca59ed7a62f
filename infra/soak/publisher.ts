// A camera that pushes to our RTSP server until it is killed: `node publisher.ts ADDRESS`. A process of its own, so that it can die as cameras do.
import { makeClip } from '../../services/media/testing/make-clip.ts'

const [address] = process.argv.slice(2)
if (address === undefined) throw new Error('node publisher.ts rtsp://ID:PASSWORD@HOST:PORT/ID')
await makeClip(address, { seconds: 3600, fps: 5, width: 320, height: 180, realTime: true })
