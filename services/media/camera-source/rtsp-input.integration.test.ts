// Our RTSP client against an independent server: GStreamer's, over TCP and UDP, H.264 and H.265, with Digest and Basic credentials.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { watchPeer } from '../testing/independent-peers.ts'

const python = '/usr/bin/python3'
const script = `
import gi, sys
gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0')
from gi.repository import Gst, GstRtsp, GstRtspServer, GLib
Gst.init(None)
server = GstRtspServer.RTSPServer(); server.set_address('127.0.0.1'); server.set_service('0')
auth = GstRtspServer.RTSPAuth()
auth.set_supported_methods(GstRtsp.RTSPAuthMethod.BASIC if sys.argv[1] == 'basic' else GstRtsp.RTSPAuthMethod.DIGEST)
token = GstRtspServer.RTSPToken(); token.set_string('media.factory.role', 'user')
if sys.argv[1] == 'basic': auth.add_basic(GstRtspServer.RTSPAuth.make_basic('camera', 'p@ss:word'), token)
else: auth.add_digest('camera', 'p@ss:word', token)
server.set_auth(auth)
permissions = GstRtspServer.RTSPPermissions()
permissions.add_permission_for_role('user', 'media.factory.access', True)
permissions.add_permission_for_role('user', 'media.factory.construct', True)
for name, coding in (('h264', 'x264enc tune=zerolatency key-int-max=15 ! rtph264pay'), ('h265', 'x265enc tune=zerolatency key-int-max=15 speed-preset=ultrafast ! rtph265pay')):
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch('( videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=15/1 ! ' + coding + ' name=pay0 pt=96 audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay1 )')
    factory.set_permissions(permissions); factory.set_shared(True)
    server.get_mount_points().add_factory('/live/' + name, factory)
server.attach(None)
print(server.get_bound_port(), flush=True)
GLib.MainLoop().run()
`

const servers: ChildProcess[] = []
const ports: Record<string, number> = {}

beforeAll(async () => {
  if (!existsSync(python))
    throw new Error(`missing ${python} with GStreamer's RTSP server: run \`npm run servers -- up\``)
  for (const method of ['digest', 'basic']) {
    const server = spawn(python, ['-c', script, method], { stdio: ['ignore', 'pipe', 'ignore'] })
    servers.push(server)
    const [line] = await Promise.race([once(createInterface(server.stdout), 'line'), once(server, 'exit')])
    ports[method] = Number(line)
    if (!ports[method])
      throw new Error("GStreamer's RTSP server does not start (gir1.2-gst-rtsp-server-1.0, python3-gi)")
  }
})
afterAll(async () => {
  for (const server of servers) {
    const gone = once(server, 'exit')
    server.kill()
    await gone
  }
})

const watch = (method: string, path: string, transport: 'tcp' | 'udp', password = 'p@ss:word') =>
  watchPeer(`rtsp://camera:${encodeURIComponent(password)}@127.0.0.1:${ports[method]}/${path}`, transport)

describe("GStreamer's RTSP server", () => {
  it.each([
    ['digest', 'live/h264', 'tcp', 'h264 320×240'],
    ['digest', 'live/h265', 'tcp', 'hevc 320×240'],
    ['basic', 'live/h264', 'tcp', 'h264 320×240'],
    ['digest', 'live/h264', 'udp', 'h264 320×240'],
    ['basic', 'live/h265', 'udp', 'hevc 320×240'],
  ] as const)('is pulled: %s, %s over %s', async (method, path, transport, reason) => {
    const { seen, healths, damaged } = await watch(method, path, transport)
    expect(healths).toEqual([{ status: 'online', reason }])
    expect(damaged).toBe(0)
    const steps = seen.slice(1).map((frame, index) => frame.capturedAt - seen[index]!.capturedAt)
    // 15 a second: the median step of the last pictures is that of the camera's clock, not of the network
    expect(steps.slice(-11).toSorted((a, b) => a - b)[5]).toSatisfy((step: number) => Math.abs(step - 66.7) < 8)
    expect(Math.abs(Date.now() - seen.at(-1)!.capturedAt)).toBeLessThan(3000)
  })

  it.each([
    ['a wrong password', 'live/h264', 'wrong', /user or password is wrong/],
    ['a path that is not there', 'nothing', 'p@ss:word', /404/],
  ])('refuses %s, and we say so', async (_, path, password, reason) => {
    const { healths } = await watch('digest', path, 'tcp', password)
    expect(healths[0]).toEqual({ status: 'offline', reason: expect.stringMatching(reason) })
  })
})
