// The media type of a fragmented MP4 by its header, as MediaSource wants it (RFC 6381; ISO/IEC 14496-15 §E.3). Pure.

/** Undefined if there is neither H.264 nor H.265 in it. */
export function mediaTypeOf(mp4: Uint8Array, audio: boolean): string | undefined {
  const video = h264(recordOf(mp4, 'avcC')) ?? h265(recordOf(mp4, 'hvcC'))
  return video && `video/mp4; codecs="${video}${audio ? ',mp4a.40.2' : ''}"`
}

/** What follows the name of a box; the header comes first and is small, so its first appearance is it. */
function recordOf(mp4: Uint8Array, box: string): Uint8Array | undefined {
  const name = [...box].map((letter) => letter.charCodeAt(0))
  for (let at = 0; at < Math.min(mp4.length, 65_536) - 32; at++)
    if (name.every((code, n) => mp4[at + n] === code)) return mp4.subarray(at + 4)
  return undefined
}

const hex = (value = 0) => value.toString(16).padStart(2, '0')

const h264 = (record: Uint8Array | undefined) => record && `avc1.${hex(record[1])}${hex(record[2])}${hex(record[3])}`

function h265(record: Uint8Array | undefined): string | undefined {
  if (!record) return undefined
  const [, profile = 0] = record
  let compatibility = 0
  for (let bit = 0; bit < 32; bit++) if ((record[2 + (bit >> 3)] ?? 0) & (0x80 >> (bit & 7))) compatibility += 2 ** bit
  const constraints = [...record.subarray(6, 12)]
  while (constraints.length > 1 && constraints.at(-1) === 0) constraints.pop()
  const parts = [
    `${['', 'A', 'B', 'C'][profile >> 6]}${profile & 0x1f}`,
    compatibility.toString(16),
    `${profile & 0x20 ? 'H' : 'L'}${record[12]}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ]
  return `hvc1.${parts.join('.')}`
}
