// Addresses of the playback page, after the # of the console: which camera, and from when.
import { useEffect, useState } from 'react'

export interface PlaybackAddress {
  readonly camera: string
  /** ms since the epoch; undefined: the newest that is recorded */
  readonly at: number | undefined
}

export const playbackHref = (camera: string, at?: number): string =>
  `#recordings/${encodeURIComponent(camera)}${at === undefined ? '' : `/${Math.round(at)}`}`

/** Undefined for an address of anything else. */
export function readPlaybackHref(hash: string): PlaybackAddress | undefined {
  const [, camera, at] = /^#recordings\/([^/]+)(?:\/(\d{1,15}))?$/.exec(hash) ?? []
  return camera === undefined ? undefined : { camera: decodeURIComponent(camera), at: at ? Number(at) : undefined }
}

export function usePlaybackAddress(): PlaybackAddress | undefined {
  const [hash, setHash] = useState(location.hash)
  useEffect(() => {
    const onChange = () => setHash(location.hash)
    addEventListener('hashchange', onChange)
    return () => removeEventListener('hashchange', onChange)
  }, [])
  return readPlaybackHref(hash)
}
