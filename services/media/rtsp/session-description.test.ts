// Descriptions as ffmpeg, GStreamer and cameras write them; what we write reads back the same; garbage is refused without throwing.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  parameterSetsOf,
  readSessionDescription,
  type Track,
  withParameterSets,
  writeSessionDescription,
} from './session-description.ts'

const ffmpeg = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=No Name',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=video 0 RTP/AVP 96',
  'b=AS:500',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LADdoFB+hAAAADAEAAAAyjxQqo,aM4PyA==; profile-level-id=42C00D',
  'a=control:streamid=0',
  'm=audio 0 RTP/AVP 97',
  'a=rtpmap:97 MPEG4-GENERIC/48000/2',
  'a=control:streamid=1',
  'm=application 0 RTP/AVP 107',
  'a=rtpmap:107 vnd.onvif.metadata/90000',
  '',
].join('\r\n')

describe('session descriptions', () => {
  it('gives the video and audio tracks of a publisher', () => {
    expect(readSessionDescription(ffmpeg)).toMatchObject([
      { kind: 'video', codec: 'H264', payloadType: 96, clockRate: 90000, control: 'streamid=0' },
      { kind: 'audio', codec: 'MPEG4-GENERIC', payloadType: 97, clockRate: 48000, control: 'streamid=1' },
    ])
  })

  it('knows static payload types, and refuses what is no description', () => {
    expect(readSessionDescription('v=0\nm=audio 0 RTP/AVP 8\n')).toMatchObject([{ codec: 'PCMA', clockRate: 8000 }])
    for (const text of [
      '',
      'hello',
      'v=1\r\n',
      'v=0\r\nm=video\r\n',
      'v=0\r\n<xml>',
      `v=0\n${'m=audio 0 RTP/AVP 8\n'.repeat(9)}`,
    ])
      expect(readSessionDescription(text)).toBeUndefined()
  })

  it('gives players the same tracks under controls of ours', () => {
    const tracks = readSessionDescription(ffmpeg) ?? []
    const again = readSessionDescription(writeSessionDescription('cam', tracks))
    expect(again).toEqual(tracks.map((track, index) => ({ ...track, control: `trackID=${index}` })))
  })

  it('carries parameter sets, and takes newer ones in', () => {
    const [video] = readSessionDescription(ffmpeg) as [Track]
    expect(parameterSetsOf(video).map((set) => set[0])).toEqual([0x67, 0x68])
    const newer = withParameterSets(
      video,
      new Map([
        ['sps', Buffer.from([0x67, 9])],
        ['pps', Buffer.from([0x68, 9])],
      ]),
    )
    expect(parameterSetsOf(newer).map((set) => set[1])).toEqual([9, 9])
    expect(newer.format).toContain('profile-level-id=42C00D')
  })

  it('never throws', () => {
    const line = fc.oneof(
      fc.string(),
      fc.constantFrom(...ffmpeg.split('\r\n')),
      fc.constantFrom('m=video 0 RTP/AVP 999', 'a=rtpmap:96 H264/0'),
    )
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const tracks = readSessionDescription(['v=0', ...lines].join('\r\n'))
        for (const track of tracks ?? []) parameterSetsOf(track)
      }),
      { numRuns: 500 },
    )
  })
})
