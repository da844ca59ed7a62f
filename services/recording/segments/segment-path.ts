// Where a segment lies: `{camera}/{yyyy-mm-dd}/{hh}/{mm-ss.mmm}Z.mp4`, all UTC. Camera and start can be read from the path alone, so an index can be made anew from files.

export interface SegmentName {
  readonly cameraId: string
  /** event time of its first picture, ms since the epoch */
  readonly startedAt: number
}

/** Relative to the recordings' folder. */
export function segmentPath({ cameraId, startedAt }: SegmentName): string {
  const [date = '', time = ''] = new Date(startedAt).toISOString().split('T')
  const [hour = '', minute = '', second = ''] = time.split(':')
  return `${cameraId}/${date}/${hour}/${minute}-${second}.mp4`
}

const form = /^([A-Za-z0-9][A-Za-z0-9._-]{0,63})\/(\d{4}-\d\d-\d\d)\/([01]\d|2[0-3])\/([0-5]\d)-([0-5]\d\.\d{3})Z\.mp4$/

/** What a path says; undefined for a file that is no segment of ours. */
export function readSegmentPath(path: string): SegmentName | undefined {
  const [, cameraId, date, hour, minute, second] = form.exec(path) ?? []
  const startedAt = Date.parse(`${date}T${hour}:${minute}:${second}Z`)
  if (cameraId === undefined || Number.isNaN(startedAt)) return undefined
  return segmentPath({ cameraId, startedAt }) === path ? { cameraId, startedAt } : undefined
}
