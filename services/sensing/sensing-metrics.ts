// Figures of sensing for /metrics.
import type { Registry } from '../kernel/metrics/metrics.ts'
import { counter } from '../kernel/metrics/metrics.ts'
import type { Taken } from './take-reading.ts'

export function createSensingMetrics(registry: Registry) {
  const samples = counter(registry, 'qianliyan_sensing_samples_total', 'Samples of sensors by what became of them.', [
    'outcome',
  ])
  const findings = counter(registry, 'qianliyan_sensing_findings_total', 'Changes of findings.', ['kind', 'phase'])
  const faults = counter(registry, 'qianliyan_sensing_sensor_faults_total', 'Changes of sensor faults.', ['fault'])
  const odours = counter(registry, 'qianliyan_sensing_odour_windows_total', 'Gas-array windows by label.', ['label'])
  return {
    samples(counts: Taken['counts']): void {
      for (const [outcome, count] of Object.entries(counts)) if (count > 0) samples.inc({ outcome }, count)
    },
    finding: (kind: string, phase: string): void => findings.inc({ kind, phase }),
    fault: (fault: string): void => faults.inc({ fault }),
    classified: (label: string): void => odours.inc({ label }),
  }
}
