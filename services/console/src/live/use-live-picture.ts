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
}

export function useLivePicture(cameraId: string, formats: readonly LiveFormat[]) {
  const video = useRef<HTMLVideoElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const [format, setFormat] = useState<LiveFormat>(formats[0] ?? 'mpeg1')
  const [picture, setPicture] = useState<Omit<LivePicture, 'format'>>({ state: 'waiting', reason: '' })
  const fallback = formats.includes('mpeg1')

  useEffect(() => {
    let closed = false
    let player: Player | undefined
    const say = (state: LivePicture['state'], reason = '') => {
      if (!closed) setPicture((now) => (now.state === state && now.reason === reason ? now : { state, reason }))
    }
    const unplayable = () => {
      if (fallback && format === 'fmp4') setFormat('mpeg1')
      else say('ended')
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
      close = openLive(cameraId, format, {
        onNews(news) {
          if (news.type === 'waiting') say('waiting', news.reason)
          else if (!made.begin(news.mediaType)) unplayable()
        },
        onPicture: (bytes) => made.picture(bytes),
        onEnd: (reason) => say('ended', reason),
      })
    })
    const node = video.current
    if (node) node.onerror = () => node.src && unplayable()
    return () => {
      closed = true
      close()
      player?.close()
    }
  }, [cameraId, format, fallback])

  return { video, canvas, picture: { ...picture, format } }
}
