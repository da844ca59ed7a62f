// A band of time: what is recorded, by class; alerts as marks; the moment that is shown. Worked by mouse, by keys and by screen readers, as a slider.
import type { KeyboardEvent, MouseEvent } from 'react'
import type { RecordingTimeline } from '../../../contracts/recordings.ts'
import { useLanguage } from '../language/language.tsx'
import { classNames } from '../language/playback-texts.ts'
import { timeOfDay } from './day.ts'

export function Band(props: {
  readonly label: string
  readonly from: number
  readonly to: number
  readonly timeline: RecordingTimeline | undefined
  readonly at: number | undefined
  /** how far an arrow key goes, ms */
  readonly stepMs: number
  /** marked for export */
  readonly range: readonly [number | undefined, number | undefined]
  readonly onSeek: (at: number) => void
}) {
  const { label, from, to, timeline, at, stepMs, range, onSeek } = props
  const { t, pick } = useLanguage()
  const place = (time: number) => `${Math.min(100, Math.max(0, ((time - from) / (to - from)) * 100))}%`
  const between = (start: number, end: number) => ({
    left: place(start),
    width: `max(2px, calc(${place(end)} - ${place(start)}))`,
  })
  const visible = <Item extends { from: string; to: string }>(items: readonly Item[] = []) =>
    items.filter((item) => Date.parse(item.to) > from && Date.parse(item.from) < to)
  const now = at ?? from

  const onClick = (event: MouseEvent<HTMLDivElement>) => {
    const { left, width } = event.currentTarget.getBoundingClientRect()
    onSeek(from + ((event.clientX - left) / width) * (to - from))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }
    const step = steps[event.key]
    const wanted = event.key === 'Home' ? from : event.key === 'End' ? to - stepMs : step && now + step * stepMs
    if (wanted === undefined) return
    event.preventDefault()
    event.stopPropagation()
    onSeek(Math.min(to, Math.max(from, wanted)))
  }
  const state = timeline?.spans.find((span) => Date.parse(span.from) <= now && Date.parse(span.to) > now)

  return (
    <div
      className="band"
      role="slider"
      tabIndex={0}
      aria-label={label}
      aria-valuemin={Math.round(from / 1000)}
      aria-valuemax={Math.round(to / 1000)}
      aria-valuenow={Math.round(now / 1000)}
      aria-valuetext={`${timeOfDay(now)}, ${state ? pick(classNames[state.class]) : t('notRecorded')}`}
      onClick={onClick}
      onKeyDown={onKeyDown}
    >
      {visible(timeline?.spans).map((span) => (
        <span
          key={span.from}
          className={`span ${span.class}`}
          title={`${timeOfDay(Date.parse(span.from))}–${timeOfDay(Date.parse(span.to))} ${pick(classNames[span.class])}`}
          style={between(Date.parse(span.from), Date.parse(span.to))}
        />
      ))}
      {visible(timeline?.alerts).map((alert) => (
        <span
          key={`${alert.alertId}-${alert.action}-${alert.from}`}
          className={`mark ${alert.severity}`}
          style={{ left: place(Date.parse(alert.from)) }}
        />
      ))}
      {range[0] !== undefined && range[1] !== undefined && (
        <span className="chosen" style={between(range[0], range[1])} />
      )}
      {at !== undefined && at >= from && at < to && <span className="now" style={{ left: place(at) }} />}
      <span className="ends" aria-hidden="true">
        <span>{timeOfDay(from)}</span>
        <span>{timeOfDay(to)}</span>
      </span>
    </div>
  )
}
