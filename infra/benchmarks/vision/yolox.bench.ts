// File and RTSP → tracked detections with the public YOLOX-nano, against bare session.run: as a user brings it (one square size, as most files are), and with
// `input.multipleOf`, which the same file takes.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makePublicYolox } from '../../../services/vision/testing/public-yolox.ts'
import type { Bench } from '../bench-port.ts'
import { comparePaths } from './compare-paths.ts'

const input = { width: 416, height: 416, letterbox: 'top-left' }

export const bench: Bench = {
  name: 'vision: file and RTSP to tracked detections, yolox_nano',
  needs: ['shared'],
  async run(report) {
    const folder = await mkdtemp(join(tmpdir(), 'qly-bench-'))
    try {
      const [square, sized] = [join(folder, 'square'), join(folder, 'sized')]
      await comparePaths('yolox, multipleOf', makePublicYolox(sized, { input: { ...input, multipleOf: 32 } }), report)
      await comparePaths('yolox, square', makePublicYolox(square), report, { rtsp: false })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}
