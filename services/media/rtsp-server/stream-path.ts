// Paths of streams: rtsp://host:port/{cameraId}, or {cameraId}/{part} for a second stream of one device.

/** The path of a URL without slashes at its ends, or undefined if it is none that we serve. Never throws. */
export function pathOf(url: string): string | undefined {
  const match = /^(?:rtsps?:\/\/[^/?#]*)?\/([^?#]*)/i.exec(url)
  if (!match) return undefined
  const segments = (match[1] ?? '').split('/').filter((segment) => segment !== '')
  if (segments.length < 1 || segments.length > 3) return undefined
  return segments.every((segment) => segmentPattern.test(segment)) ? segments.join('/') : undefined
}

/** The device or camera that a path belongs to. */
export function ownerOf(path: string): string {
  return path.split('/')[0] ?? path
}

/** as Identifier in contracts */
const segmentPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
