// The first alert of a kind that a running system tells, on the event stream as operators get it.
import { openStream } from '../../api/testing/event-stream.ts'
import type { Alert } from '../../contracts/events/alert-changed-v1.ts'
import { type AppProcess, testAdminToken } from './app-process.ts'

/** Waits for it; rejects when the stream is silent for `limitMs`. */
export async function firstAlert(app: AppProcess, kind: Alert['kind'], limitMs: number): Promise<Alert> {
  const stream = await openStream(`${app.url}/api/v1/events?topics=alert`, testAdminToken)
  try {
    for (;;) {
      const { data } = await stream.next(limitMs)
      if (data.data.alert.kind === kind) return data.data.alert
    }
  } finally {
    stream.close()
  }
}
