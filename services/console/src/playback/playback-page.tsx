// Recordings of a camera: the picture with its boxes, the day as a band and half an hour around the moment as another, alerts to go to, a piece to take out.
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import type { CameraView } from '../api/types.ts'
import { useLanguage } from '../language/language.tsx'
import { playbackHref } from './address.ts'
import { AlertMarks } from './alert-marks.tsx'
import { Band } from './band.tsx'
import { dateValue, dayMs, dayOf, readDateValue, timeOfDay } from './day.ts'
import { ExportForm } from './export-form.tsx'
import { usePlaybackKeys } from './playback-keys.ts'
import { RecordedPicture } from './recorded-picture.tsx'
import { usePlayer } from './use-player.ts'
import { useTimeline } from './use-recordings.ts'

const [halfHourMs, secondMs] = [1_800_000, 1000]

export function PlaybackPage(props: {
  readonly camera: CameraView
  readonly cameras: readonly CameraView[]
  readonly startAt: number | undefined
}) {
  const { camera, cameras, startAt } = props
  const { t } = useLanguage()
  const [{ from, to }, setDay] = useState(() => dayOf(startAt ?? Date.now()))
  const { timeline, fault } = useTimeline(camera.id, from, to)
  const video = useRef<HTMLVideoElement>(null)
  const { at, state, seek } = usePlayer(video, camera.id, from, timeline)
  const [range, setRange] = useState<readonly [number | undefined, number | undefined]>([undefined, undefined])
  const alerts = useMemo(() => (timeline?.alerts ?? []).filter(({ action }) => action === 'opened'), [timeline])

  const goTo = useCallback(
    (wanted: number) => {
      const day = dayOf(wanted)
      if (day.from !== from) setDay(day)
      seek(wanted)
    },
    [from, seek],
  )
  // an address says where to begin; without one, half a minute before the newest
  const begun = useRef<string>(undefined)
  useEffect(() => {
    const newest = timeline?.spans.at(-1)
    const address = `${camera.id} ${startAt}`
    if (!timeline || begun.current === address) return
    if (startAt !== undefined && dayOf(startAt).from !== from) return setDay(dayOf(startAt))
    begun.current = address
    const begin = startAt ?? (newest && Math.max(Date.parse(newest.from), Date.parse(newest.to) - 30 * secondMs))
    if (begin !== undefined) seek(begin)
  }, [timeline, camera.id, startAt, from, seek])

  const moments = useMemo(() => alerts.map((alert) => Date.parse(alert.from)), [alerts])
  const setFrom = useCallback((moment: number) => setRange(([, end]) => [moment, end]), [])
  const setTo = useCallback((moment: number) => setRange(([start]) => [start, moment]), [])
  usePlaybackKeys({ video, at, alerts: moments, onSeek: goTo, onFrom: setFrom, onTo: setTo })

  const showDay = (midnight: number | undefined) => midnight !== undefined && setDay(dayOf(midnight))
  const around = Math.min(Math.max((at ?? from) - halfHourMs, from), to - 2 * halfHourMs)
  const bands = { timeline, at, range, onSeek: goTo }

  return (
    <main className="playback">
      <header className="headline">
        <a href="#screen">‹ {t('backToScreen')}</a>
        <h2>
          {t('recordings')} · {camera.name}
        </h2>
        <select
          aria-label={t('camera')}
          value={camera.id}
          onChange={({ target }) => {
            location.hash = playbackHref(target.value, at)
          }}
        >
          {cameras.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
        <button type="button" className="plain" aria-label={t('dayBefore')} onClick={() => showDay(from - dayMs / 2)}>
          ‹
        </button>
        <input
          type="date"
          aria-label={t('day')}
          value={dateValue(from)}
          max={dateValue(Date.now())}
          onChange={({ target }) => showDay(readDateValue(target.value))}
        />
        <button
          type="button"
          className="plain"
          aria-label={t('dayAfter')}
          disabled={to > Date.now()}
          onClick={() => showDay(to + dayMs / 2)}
        >
          ›
        </button>
        <output className="moment" data-at={at}>
          {at === undefined ? '--:--:--' : timeOfDay(at)}
        </output>
      </header>
      <p role="alert" className="fault">
        {fault}
      </p>
      <RecordedPicture ref={video} camera={camera} at={at} state={state} />
      <Band {...bands} label={t('aroundNow')} from={around} to={around + 2 * halfHourMs} stepMs={5 * secondMs} />
      <Band {...bands} label={t('wholeDay')} from={from} to={to} stepMs={300 * secondMs} />
      <p className="hint">{t('playbackKeys')}</p>
      <div className="pair">
        <AlertMarks alerts={alerts} onChoose={goTo} />
        <ExportForm camera={camera} at={at} range={range} onRange={setRange} />
      </div>
    </main>
  )
}
