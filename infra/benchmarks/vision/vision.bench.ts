// File and RTSP → tracked detections with our street model, against bare session.run (compare-paths.ts says how).
import { join } from 'node:path'
import type { Bench } from '../bench-port.ts'
import { comparePaths } from './compare-paths.ts'

export const bench: Bench = {
  name: 'vision: file and RTSP to tracked detections, street',
  needs: ['shared'],
  run: (report) => comparePaths('street (uint8)', join(import.meta.dirname, '../../../models/street'), report),
}
