// Days and times of day as people here have them (the browser's time zone). Pure.

export const dayMs = 86_400_000

/** The day that this time lies in: from its midnight to the next. */
export function dayOf(at: number): { readonly from: number; readonly to: number } {
  const date = new Date(at)
  const midnight = (days: number) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days).getTime()
  return { from: midnight(0), to: midnight(1) }
}

/** yyyy-mm-dd, as date inputs have it */
export function dateValue(at: number): string {
  const date = new Date(at)
  const two = (value: number) => String(value).padStart(2, '0')
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
}

/** Midnight of a date input's value; undefined if it is empty. */
export function readDateValue(value: string): number | undefined {
  const [year, month, day] = value.split('-').map(Number)
  return year && month && day ? new Date(year, month - 1, day).getTime() : undefined
}

/** hh:mm:ss */
export const timeOfDay = (at: number): string => new Date(at).toLocaleTimeString('zh-CN', { hour12: false })
