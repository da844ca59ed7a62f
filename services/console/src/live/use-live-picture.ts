// One live tile: the best format that the role may watch and the browser plays, MPEG-1 where the original stream does not.
import { useEffect, useRef, useState } from 'react'
import type { LiveFormat } from '../../../contracts/live.ts'
import { openLive } from './live-socket.ts'
import { createFmp4Player, type Player } from './play-fmp4.ts'
import { createMpeg1Player } from './play-mpeg1.ts'

export interface LivePicture {
  readonly format: LiveFormat
  readonly state: 'waiting' | 'playing' | 'ended'
  /** for people */
  readonly reason: string
  /** the stream that is shown has sound */
  readonly hears: boolean
  /** what this browser cannot play, where that is why it is shown as MPEG-1 */
  readonly unplayable?: string | undefined
}

/** `sound`: is asked for; only the original stream has it. */
export function useLivePicture(cameraId: string, formats: readonly LiveFormat[], sound: boolean) {
  const video = useRef<HTMLVideoElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [format, setFormat] = useState<LiveFormat>(formats[0] ?? 'mpeg1')
  const [picture, setPicture] = useState<Pick<LivePicture, 'state' | 'reason'>>({ state: 'waiting', reason: '' })
  const [hears, setHears] = useState(false)
  const [refused, setRefused] = useState<string>()
  const fallback = formats.includes('mpeg1')

  useEffect(() => {
    let closed = false
    let player: Player | undefined
    const say = (state: LivePicture['state'], reason = '') => {
      if (!closed) setPicture((now) => (now.state === state && now.reason === reason ? now : { state, reason }))
    }
    let mediaType = ''
    const unplayable = () => {
      if (!fallback || format !== 'fmp4') return say('ended')
      setRefused(codecName(mediaType))
      setFormat('mpeg1')
    }
    const onPlaying = () => say('playing')
    const making =
      format === 'fmp4'
        ? Promise.resolve(video.current ? createFmp4Player(video.current, onPlaying) : undefined)
        : canvas.current && createMpeg1Player(canvas.current, onPlaying)
    let close = () => {}
    void Promise.resolve(making).then((made) => {
      if (!made) return
      if (closed) return made.close()
      player = made
      close = openLive(
        cameraId,
        { format, sound: sound && format === 'fmp4' },
        {
          onNews(news) {
            if (news.type === 'waiting') return say('waiting', news.reason)
            mediaType = news.mediaType
            if (!made.begin(mediaType)) return unplayable()
            setHears(mediaType.includes('mp4a'))
          },
          onPicture: (bytes) => made.picture(bytes),
          onEnd: (reason) => say('ended', reason),
        },
      )
    })
    const node = video.current
    if (node) node.onerror = () => node.src && unplayable()
    return () => {
      closed = true
      close()
      player?.close()
    }
  }, [cameraId, format, fallback, sound])

  return { video, canvas, picture: { ...picture, format, hears, unplayable: refused } satisfies LivePicture }
}

/** What people call it. */
const codecName = (mediaType: string): string => (/hvc1|hev1/.test(mediaType) ? 'H.265' : 'H.264')
