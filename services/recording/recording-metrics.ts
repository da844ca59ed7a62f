// Figures of recording for /metrics.
import { counter, gauge, type Registry } from '../kernel/metrics/metrics.ts'

export type RecordingMetrics = ReturnType<typeof createRecordingMetrics>

export function createRecordingMetrics(registry: Registry) {
  const labels = ['camera'] as const
  return {
    bytes: counter(registry, 'qianliyan_recording_bytes_total', 'Coded pictures and sound written.', labels),
    givenUp: counter(
      registry,
      'qianliyan_recording_given_up_total',
      'Times that pictures up to the next key frame were given up, because the disk was too slow.',
      labels,
    ),
    faults: counter(registry, 'qianliyan_recording_faults_total', 'Segments that could not be written.', labels),
    working: gauge(registry, 'qianliyan_recording_working', '1 while a camera that plays is recorded.', labels),
    used: gauge(registry, 'qianliyan_recording_used_bytes', 'Segments on the disk.'),
    free: gauge(registry, 'qianliyan_recording_free_bytes', 'Free space where segments are written.'),
    removed: counter(registry, 'qianliyan_recording_segments_removed_total', 'Segments taken away.', ['why']),
    clips: counter(registry, 'qianliyan_recording_clips_total', 'Evidence clips wanted by alerts.', ['outcome']),
    orphans: gauge(registry, 'qianliyan_recording_check_findings', 'What the last check found.', ['what']),
  }
}
