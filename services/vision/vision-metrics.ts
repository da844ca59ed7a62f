// Metrics of vision.
import type { Registry } from '../kernel/metrics/metrics.ts'
import { counter, gauge, histogram } from '../kernel/metrics/metrics.ts'

export type VisionMetrics = ReturnType<typeof createVisionMetrics>

export function createVisionMetrics(registry: Registry) {
  const frames = counter(registry, 'qianliyan_vision_frames_total', 'Frames analysed.', ['camera'])
  const detections = counter(registry, 'qianliyan_vision_detections_total', 'Detections that count, by class.', [
    'label',
  ])
  return {
    inferenceSeconds: histogram(
      registry,
      'qianliyan_vision_inference_seconds',
      'Time of one frame in a model, all its cuts, with pre- and post-processing.',
      ['model'],
    ),
    provider: gauge(
      registry,
      'qianliyan_vision_model_provider',
      'Execution provider that runs a model (1), and those that were preferred and refused it (0).',
      ['model', 'provider'],
    ),
    threadDeaths: counter(
      registry,
      'qianliyan_vision_inference_thread_deaths_total',
      'Inference threads that ended or hung and were replaced.',
    ),
    batch: histogram(
      registry,
      'qianliyan_vision_inference_batch',
      'Pictures in one run of a model.',
      [],
      [1, 2, 4, 8, 16, 32, 64],
    ),
    queue: gauge(registry, 'qianliyan_vision_inference_queue', 'Frames that wait for an inference thread.'),
    cameras: gauge(registry, 'qianliyan_vision_cameras', 'Cameras that are open.'),
    offHours: counter(
      registry,
      'qianliyan_vision_off_hours_total',
      'Frames in which something was seen outside the hours of its zone, and did not count.',
      ['kind'],
    ),
    findings: counter(registry, 'qianliyan_vision_findings_total', 'Findings told.', ['kind', 'phase']),
    /** Counts one frame of a camera and what was seen in it. */
    saw(camera: string, seen: readonly { readonly label: string }[]) {
      frames.inc({ camera })
      for (const { label } of seen) detections.inc({ label })
    },
  }
}
