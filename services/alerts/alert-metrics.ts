// What this room counts (Prometheus).
import { counter, gauge, histogram, type Registry } from '../kernel/metrics/metrics.ts'

export type AlertMetrics = ReturnType<typeof createAlertMetrics>

export function createAlertMetrics(registry: Registry) {
  return {
    inputs: counter(registry, 'qianliyan_alert_inputs_total', 'What came in, by what it did', ['input', 'outcome']),
    steps: counter(registry, 'qianliyan_alert_steps_total', 'Published steps of alerts', ['kind', 'action']),
    dropped: counter(registry, 'qianliyan_alerts_dropped_total', 'Not opened because of the storm limit', ['kind']),
    heldBack: counter(
      registry,
      'qianliyan_alerts_held_back_total',
      'Findings that false marks kept from opening alerts',
      ['kind'],
    ),
    notices: counter(registry, 'qianliyan_alert_notices_total', 'Notices issued', ['reason']),
    decisionSeconds: histogram(
      registry,
      'qianliyan_alert_decision_seconds',
      'From an event stored on the bus to its decision, before the commit',
      ['input'],
    ),
    timerDelaySeconds: histogram(
      registry,
      'qianliyan_alert_timer_delay_seconds',
      'From the due time of a timer to its firing',
      ['owner'],
      [0.01, 0.1, 0.5, 1, 5, 30, 60, 300, 3600, 86_400],
    ),
    open: gauge(registry, 'qianliyan_alerts_open', 'Open and acknowledged alerts of the whole deployment', ['kind']),
  }
}
