// The contest for the embedded time series: what each engine must do, and the data that all of them get.

/** A batch of the made-up city: the samples of all series in a span of minutes. */
export interface Span {
  /** first minute, and the minute after the last */
  readonly from: number
  readonly to: number
}

/** One engine. Series are numbered 0 … series-1; series `device * fields + field` belongs to that device. */
export interface Candidate {
  readonly name: string
  /** Stores a span quickly; durability may wait until the last. */
  load(span: Span): Promise<void>
  /** Called after the load: indexes, checkpoints, what the engine needs before questions. */
  loaded(): Promise<void>
  /** Stores a span so that it is on the disk when the promise resolves. */
  write(span: Span): Promise<void>
  /** All samples of one series in the span of time; gives their number. */
  range(series: number, fromMs: number, toMs: number): Promise<number>
  /** Hourly means of one field of the given devices, each apart; gives the number of windows. */
  windows(devices: readonly number[], field: number, fromMs: number, toMs: number): Promise<number>
  /** The newest sample of one field of all devices; gives their number. */
  last(field: number): Promise<number>
  close(): Promise<void>
}

export const devices = 200
export const fields = 5
export const seriesCount = devices * fields
export const minuteMs = 60_000
/** The first minute of the data. */
export const beginMs = Date.parse('2020-06-01T00:00:00.000Z')

/** A value that looks like a sensor's: a daily wave, a level of its own, two decimals. */
export function sampleValue(series: number, minute: number): number {
  const wave = Math.sin((minute * Math.PI) / 720) * (1 + (series % 7))
  const noise = ((minute * 7919 + series * 104_729) % 1000) / 1000
  return Math.round((series + wave + noise) * 100) / 100
}

/** Every sample of a span in the order in which devices would send them: minute by minute. */
export function* samplesOf({ from, to }: Span): Generator<{ series: number; time: number; value: number }> {
  for (let minute = from; minute < to; minute++)
    for (let series = 0; series < seriesCount; series++)
      yield { series, time: beginMs + minute * minuteMs, value: sampleValue(series, minute) }
}
