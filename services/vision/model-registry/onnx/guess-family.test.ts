// Shapes as the exporters write them, and the family each must be recognised as.
import { describe, expect, it } from 'vitest'
import { guessFamily, type SeenOutput } from './guess-family.ts'

const out = (name: string, shape: number[], largest = 400): SeenOutput => ({ name, type: 'float32', shape, largest })
const at = (size: number) => ({ width: size, height: size, type: 'float32', layout: 'nchw' as const })

interface Case {
  readonly what: string
  readonly size?: number
  readonly outputs: SeenOutput[]
  readonly labels?: number
  readonly metadata?: Record<string, string>
  readonly is: string | undefined
  readonly classes?: number | undefined
}

const cases: Case[] = [
  { what: 'ours', outputs: [out('boxes', [1, 3549, 4]), out('scores', [1, 3549, 4], 1)], is: 'qianliyan', classes: 4 },
  { what: 'YOLOX-nano 416', size: 416, outputs: [out('output', [1, 3549, 85], 6)], is: 'yolox', classes: 80 },
  { what: 'YOLOX decoded', size: 416, outputs: [out('output', [1, 3549, 85])], is: 'ultralytics', classes: 80 },
  { what: 'YOLOv5s 640', outputs: [out('output0', [1, 25_200, 85])], is: 'ultralytics', classes: 80 },
  { what: 'YOLOv8n 640', outputs: [out('output0', [1, 84, 8400])], is: 'ultralytics', classes: 80 },
  {
    what: 'YOLOv8n-seg',
    outputs: [out('output0', [1, 116, 8400]), out('output1', [1, 32, 160, 160])],
    is: 'ultralytics',
    classes: 80,
  },
  { what: 'one class of v8', outputs: [out('output0', [1, 5, 8400])], is: 'ultralytics', classes: 1 },
  { what: 'YOLOv10', outputs: [out('output0', [1, 300, 6], 1)], labels: 80, is: 'end-to-end' },
  { what: 'YOLOv7 --end2end', outputs: [out('output', [12, 7])], is: 'end-to-end' },
  {
    what: 'RT-DETR, D-FINE with sizes',
    outputs: [out('labels', [1, 300]), out('boxes', [1, 300, 4]), out('scores', [1, 300])],
    is: 'detr',
  },
  {
    what: 'RT-DETR of a hub',
    outputs: [out('logits', [1, 300, 80], 9), out('pred_boxes', [1, 300, 4], 1)],
    is: 'detr',
    classes: 80,
  },
  { what: 'RF-DETR', outputs: [out('dets', [1, 300, 4], 1), out('labels', [1, 300, 91])], is: 'detr', classes: 91 },
  { what: "Ultralytics' RT-DETR", outputs: [out('output0', [1, 300, 84], 1)], is: 'detr', classes: 80 },
  { what: 'NanoDet-Plus 416', size: 416, outputs: [out('output', [1, 3598, 112], 9)], is: 'nanodet', classes: 80 },
  {
    what: 'NanoDet 320',
    size: 320,
    outputs: [out('output', [1, 2100, 112], 9)],
    labels: 80,
    is: 'nanodet',
    classes: 80,
  },
  { what: 'ResNet', size: 224, outputs: [out('output', [1, 1000])], is: 'classifier', classes: 1000 },
  { what: 'YOLOv8-cls', outputs: [out('o', [1, 7])], metadata: { task: 'classify' }, is: 'classifier', classes: 7 },
  { what: 'OSNet', outputs: [out('feature', [1, 512])], is: 'embedding' },
  {
    what: 'a head per stride',
    outputs: [8, 16, 32].map((s) => out(`s${s}`, [1, 255, 640 / s, 640 / s])),
    is: undefined,
  },
  { what: 'a segmentation map', outputs: [out('mask', [1, 21, 640, 640])], is: undefined },
]

describe('the family is recognised', () => {
  it.each(cases)('$what: $is', ({ size = 640, outputs, labels, metadata = {}, is, classes }) => {
    const guess = guessFamily({ input: at(size), outputs, metadata, labels })
    expect(guess?.family).toBe(is)
    expect(guess?.classes).toBe(classes)
  })
})
