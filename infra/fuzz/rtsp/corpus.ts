// Good RTSP traffic to begin from: sessions of publishers and players as cameras, FFmpeg and GStreamer speak, with RTP and RTCP inside.
import { interleavedHeader, writeRequest, writeResponse } from '../../../services/media/rtsp/rtsp-message.ts'

export const authorization = `Basic ${Buffer.from('fuzz:secret').toString('base64')}`
const base = 'rtsp://127.0.0.1:8554/fuzz'

export const description = [
  'v=0',
  'o=- 0 0 IN IP4 127.0.0.1',
  's=No Name',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'a=tool:libavformat LIBAVFORMAT_VERSION',
  'm=video 0 RTP/AVP 96',
  'a=rtpmap:96 H264/90000',
  'a=fmtp:96 packetization-mode=1; sprop-parameter-sets=Z0LADNoFB+wEQAAAAwBAAAAFA8UKqA==,aM4PyA==; profile-level-id=42C00C',
  'a=control:streamid=0',
  'm=audio 0 RTP/AVP 97',
  'b=AS:69',
  'a=rtpmap:97 MPEG4-GENERIC/16000/1',
  'a=fmtp:97 profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3; config=1408',
  'a=control:streamid=1',
  '',
].join('\r\n')

const newer = description
  .replace('H264/90000', 'H265/90000')
  .replace(/a=fmtp:96.*/, 'a=fmtp:96 sprop-vps=QAEMAf//; sprop-sps=QgEBAWAAAAM=; sprop-pps=RAHA')

const ask = (method: string, url: string, headers: readonly (readonly [string, string])[] = [], body = '') =>
  writeRequest(
    method,
    url,
    [['CSeq', '1'], ['Authorization', authorization], ['User-Agent', 'Lavf60'], ...headers],
    body,
  )

const sdp = [['Content-Type', 'application/sdp']] as const
const over = (transport: string) => [['Transport', transport]] as const

export const publishing: readonly Buffer[] = [
  ask('OPTIONS', base),
  ask('ANNOUNCE', base, sdp, description),
  ask('SETUP', `${base}/streamid=0`, over('RTP/AVP/TCP;unicast;interleaved=0-1;mode=record')),
  ask('SETUP', `${base}/streamid=1`, over('RTP/AVP/TCP;unicast;interleaved=2-3;mode=record')),
  ask('RECORD', base, [['Range', 'npt=0.000-']]),
]

export const playing: readonly Buffer[] = [
  ask('DESCRIBE', base, [['Accept', 'application/sdp']]),
  ask('SETUP', `${base}/trackID=0`, over('RTP/AVP/TCP;unicast;interleaved=0-1')),
  ask('SETUP', `${base}/trackID=1`, over('RTP/AVP;unicast;client_port=45000-45001')),
  ask('PLAY', `${base}/`, [['Range', 'npt=0.000-']]),
]

const others: readonly Buffer[] = [
  ask('PAUSE', base),
  ask('GET_PARAMETER', base, [['Session', '0123456789abcdef']]),
  ask('SET_PARAMETER', base, [['Content-Type', 'text/parameters']], 'barparam: barstuff\r\n'),
  ask('TEARDOWN', base),
  ask('ANNOUNCE', base, sdp, newer),
  ask('SETUP', base, over('RTP/SAVP;multicast;port=3456-3457;ttl=127, RTP/AVP/TCP;interleaved=4-5')),
  ask('DESCRIBE', base, [
    [
      'Authorization',
      'Digest username="fuzz", realm="qianliyan", nonce="00", uri="/", response="00", qop=auth, nc=1, cnonce="x"',
    ],
  ]),
  writeResponse(200, 'OK', [
    ['CSeq', '1'],
    ['Public', 'OPTIONS, DESCRIBE'],
  ]),
  writeResponse(401, 'Unauthorized', [
    ['CSeq', '2'],
    ['WWW-Authenticate', 'Digest realm="cam", nonce="7", algorithm=SHA-256'],
  ]),
  writeResponse(
    200,
    'OK',
    [
      ['CSeq', '3'],
      ['Session', '12345678;timeout=60'],
      ['Content-Base', `${base}/`],
    ],
    description,
  ),
]

/** RTP payloads of H.264, H.265 and AAC: single units, aggregates, fragments. */
const payloads: readonly (readonly number[])[] = [
  [0x65, 0x88, 0x84, 0x00, 0x10],
  [0x67, 0x42, 0xc0, 0x0c, 0xda],
  [0x78, 0, 2, 0x67, 1, 0, 2, 0x68, 2, 0, 3, 0x65, 1, 2],
  [0x7c, 0x85, 1, 2, 3],
  [0x7c, 0x45, 4, 5, 6],
  [0x40, 0x01, 0x0c, 0x01],
  [0x60, 0x01, 0, 3, 0x40, 1, 2, 0, 3, 0x42, 1, 2],
  [0x62, 0x01, 0x93, 1, 2],
  [0x62, 0x01, 0x53, 3, 4],
  [0x00, 0x10, 0x10, 0x00, 0x21, 0x10, 0x04],
]

export const rtp: readonly Buffer[] = payloads.map((payload, index) => {
  const head = Buffer.alloc(12)
  head.set([0x80, index % 2 === 0 ? 0xe0 : 96])
  head.writeUInt16BE(index, 2)
  head.writeUInt32BE(3600 * index, 4)
  head.writeUInt32BE(0x1234, 8)
  return Buffer.concat([head, Buffer.from(payload)])
})

export const rtcp: readonly Buffer[] = [
  Buffer.from('80c8000600001234e3d5c0008000000000010000000000100000040081ca00020000123401016100', 'hex'),
  Buffer.from('80c900010000123481cb000100001234', 'hex'),
]

const frame = (channel: number, bytes: Buffer) => Buffer.concat([interleavedHeader(channel, bytes.length), bytes])

export const packets: readonly Buffer[] = [
  ...rtp.map((bytes) => frame(0, bytes)),
  ...rtcp.map((bytes) => frame(1, bytes)),
]

export const corpus: readonly Buffer[] = [...publishing, ...playing, ...others, ...packets]
