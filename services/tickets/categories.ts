// Which category of case an alert is: by kind, then by label; the first category of the organisation that fits.
import type { Alert } from '../contracts/events/alert-changed-v1.ts'
import type { Category } from '../contracts/organisation.ts'

/** Categories with labels go before those without, so that "two_wheeler" is not swallowed by "any vehicle". Undefined: no category takes it. */
export function categoryOf(
  alert: Pick<Alert, 'kind' | 'label'>,
  categories: readonly Category[],
): Category | undefined {
  const ofKind = categories.filter(({ alertKinds }) => alertKinds.includes(alert.kind))
  return (
    ofKind.find(({ labels }) => labels !== undefined && alert.label !== null && labels.includes(alert.label)) ??
    ofKind.find(({ labels }) => labels === undefined)
  )
}
