// What a soak looks at: figures read from /metrics text, and the straight line through them.

export interface Sample {
  /** hours since the start */
  readonly hours: number
  readonly residentMegabytes: number
}

/** The sum of a metric's series, each with its labels, in Prometheus text format 0.0.4; those whose labels contain `label` if given. */
export function metric(text: string, name: string, label = ''): number {
  let sum = 0
  for (const line of text.split('\n')) {
    const [, metricName, labels = '', value] = /^(\w+)(\{.*\})? (\S+)/.exec(line) ?? []
    if (metricName === name && labels.includes(label)) sum += Number(value)
  }
  return sum
}

/** Growth in megabytes an hour: least squares over the samples. NaN for fewer than two. */
export function growth(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number) => samples.reduce((sum, one) => sum + of(one), 0) / samples.length
  const hours = mean((one) => one.hours)
  const megabytes = mean((one) => one.residentMegabytes)
  const both = mean((one) => (one.hours - hours) * (one.residentMegabytes - megabytes))
  return both / mean((one) => (one.hours - hours) ** 2)
}
