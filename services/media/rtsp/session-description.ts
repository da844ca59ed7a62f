// Session descriptions (SDP, RFC 8866), as far as RTSP needs them: the tracks of a publisher, and the description that players get.

export interface Track {
  readonly kind: 'video' | 'audio'
  readonly payloadType: number
  /** upper case, as in rtpmap: H264, H265, MPEG4-GENERIC, … */
  readonly codec: string
  readonly clockRate: number
  /** a=control as the publisher wrote it; relative or a whole URL; may be empty */
  readonly control: string
  /** parameters of a=fmtp, without the payload type */
  readonly format: string
  /** what follows the payload type in a=rtpmap */
  readonly map: string
}

/** Codecs that pass through: video that we can start at a key frame, and the audio that cameras send. */
export const videoCodecs: readonly string[] = ['H264', 'H265']
export const audioCodecs: readonly string[] = ['MPEG4-GENERIC', 'MP4A-LATM', 'PCMA', 'PCMU', 'OPUS', 'L16', 'G726-32']

/** The video and audio tracks in a description, in its order; undefined if it is none. Never throws. */
export function readSessionDescription(text: string): Track[] | undefined {
  const lines = text.split(/\r\n|\n|\r/).filter((line) => line !== '')
  if (lines[0] !== 'v=0') return undefined
  const sections: string[][] = []
  for (const line of lines) {
    if (!/^[a-z]=/.test(line)) return undefined
    if (line.startsWith('m=')) sections.push([line])
    else sections.at(-1)?.push(line)
  }
  if (sections.length > maximumTracks) return undefined
  const tracks: Track[] = []
  for (const section of sections) {
    const track = readTrack(section)
    if (track === 'broken') return undefined
    if (track) tracks.push(track)
  }
  return tracks
}

/** The description for players: track n has the control `trackID=n`. */
export function writeSessionDescription(name: string, tracks: readonly Track[]): string {
  const media = tracks.flatMap((track, index) => [
    `m=${track.kind} 0 RTP/AVP ${track.payloadType}`,
    `a=rtpmap:${track.payloadType} ${track.map}`,
    ...(track.format === '' ? [] : [`a=fmtp:${track.payloadType} ${track.format}`]),
    `a=control:${controlOf(index)}`,
  ])
  return [
    'v=0',
    'o=- 1 1 IN IP4 0.0.0.0',
    `s=${name}`,
    'c=IN IP4 0.0.0.0',
    't=0 0',
    'a=range:npt=now-',
    'a=control:*',
    ...media,
    '',
  ].join('\r\n')
}

export const controlOf = (index: number): string => `trackID=${index}`

/** Parameters of a=fmtp by lower-case name. */
export function formatParameters(format: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const part of format.split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0) parameters.set(part.slice(0, equals).trim().toLowerCase(), part.slice(equals + 1).trim())
  }
  return parameters
}

/** Parameter sets (SPS, PPS; VPS for H.265) that a description carries, in decoding order. */
export function parameterSetsOf(track: Pick<Track, 'codec' | 'format'>): Buffer[] {
  const parameters = formatParameters(track.format)
  const lists =
    track.codec === 'H264'
      ? [parameters.get('sprop-parameter-sets')]
      : [parameters.get('sprop-vps'), parameters.get('sprop-sps'), parameters.get('sprop-pps')]
  return lists
    .flatMap((list) => list?.split(',') ?? [])
    .map((text) => Buffer.from(text, 'base64'))
    .filter((set) => set.length > 0)
}

/** The format parameters with these parameter sets in place of those they had. */
export function withParameterSets(track: Track, sets: ReadonlyMap<'vps' | 'sps' | 'pps', Buffer>): Track {
  const base64 = (name: 'vps' | 'sps' | 'pps') => sets.get(name)?.toString('base64') ?? ''
  const kept = track.format
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !/^sprop-(parameter-sets|vps|sps|pps)=/i.test(part))
  const added =
    track.codec === 'H264'
      ? [`sprop-parameter-sets=${base64('sps')},${base64('pps')}`]
      : [`sprop-vps=${base64('vps')}`, `sprop-sps=${base64('sps')}`, `sprop-pps=${base64('pps')}`]
  const mode = track.codec === 'H264' && !kept.some((part) => /^packetization-mode=/i.test(part))
  return { ...track, format: [...(mode ? ['packetization-mode=1'] : []), ...kept, ...added].join(';') }
}

const maximumTracks = 8
/** RFC 3551 §6: payload types that need no a=rtpmap */
const staticTypes: Readonly<Record<number, string>> = { 0: 'PCMU/8000', 8: 'PCMA/8000', 26: 'JPEG/90000' }

function readTrack(section: readonly string[]): Track | undefined | 'broken' {
  const media = /^m=(\S+) \d+(?:\/\d+)? (\S+) (\d{1,3})(?: .*)?$/.exec(section[0] ?? '')
  if (!media) return 'broken'
  const [, kind, profile, type] = media
  const payloadType = Number(type)
  if ((kind !== 'video' && kind !== 'audio') || !profile?.startsWith('RTP/') || payloadType > 127) return undefined
  const attribute = (name: string) => section.find((line) => line.startsWith(`a=${name}:`))?.slice(name.length + 3)
  const ofType = (value: string | undefined) =>
    value?.startsWith(`${payloadType} `) ? value.slice(String(payloadType).length + 1).trim() : undefined
  const map = ofType(attribute('rtpmap')) ?? staticTypes[payloadType]
  const parts = /^([A-Za-z0-9.+_-]{1,32})\/(\d{1,9})(?:\/\d{1,3})?$/.exec(map ?? '')
  if (!map || !parts?.[1]) return undefined
  const clockRate = Number(parts[2])
  if (clockRate === 0) return undefined
  return {
    kind,
    payloadType,
    codec: parts[1].toUpperCase(),
    clockRate,
    control: attribute('control')?.trim() ?? '',
    format: ofType(attribute('fmtp')) ?? '',
    map,
  }
}
