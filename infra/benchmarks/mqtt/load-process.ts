// A process of its own that publishes QoS 1 messages over raw sockets (mqtt-packet only at the start, acknowledgements counted by hand), so that the
// generator costs as little as it can. Sends one line of JSON to its parent when done.
// Arguments: host, port, user names (comma), messages in all, messages in flight for each connection, bytes of a payload, password suffix, number of the
// first message (a warm-up must not send the same ones: they would be duplicates).
import { connect } from 'node:net'
import { generate } from 'mqtt-packet'

const [host, port, names = '', total = '0', window = '100', bytes = '300', suffix = '-secret', first = '0'] =
  process.argv.slice(2)
const users = names.split(',')
const start = Date.UTC(2020, 5, 28, 6)
const each = Math.floor(Number(total) / users.length)

await Promise.all(users.map(open)).then(async (connections) => {
  process.send?.({ ready: true })
  await new Promise((resolve) => process.once('message', resolve))
  const began = performance.now()
  await Promise.all(connections.map((run) => run()))
  process.send?.({ messages: each * users.length, seconds: (performance.now() - began) / 1000 })
  process.exit(0)
})

/** Connects, and answers with a function that sends everything and resolves when all of it is acknowledged. */
function open(user: string): Promise<() => Promise<void>> {
  const socket = connect(Number(port), host)
  socket.setNoDelay(true)
  const topic = Buffer.from(`qly/v1/river/${user}/readings`)
  let acknowledged = 0
  let sent = 0
  let finish: (() => void) | undefined
  let fail: ((error: Error) => void) | undefined

  const more = () => {
    const room = Math.min(each - sent, Number(window) - (sent - acknowledged))
    if (room <= 0) return
    const frames: Buffer[] = []
    for (let index = 0; index < room; index++)
      frames.push(frame(topic, (sent % 65_000) + 1, payload(Number(first) + sent++, Number(bytes))))
    socket.write(Buffer.concat(frames))
  }

  return new Promise((resolve, reject) => {
    fail = reject
    socket.on('error', (error) => fail?.(error))
    socket.on('close', () => {
      if (acknowledged < each) fail?.(new Error(`${user}: closed after ${acknowledged} of ${each}`))
    })
    socket.once('data', (connack) => {
      if (connack[3] !== 0) return reject(new Error(`${user}: refused with ${connack[3]}`))
      socket.on('data', (chunk) => {
        // nothing but PUBACKs of four bytes comes; a part of one is made up by the next chunk
        pending += chunk.length
        acknowledged += Math.floor(pending / 4)
        pending %= 4
        if (acknowledged >= each) finish?.()
        else more()
      })
      let pending = 0
      resolve(
        () =>
          new Promise<void>((done, failed) => {
            finish = () => {
              socket.end()
              done()
            }
            fail = failed
            more()
          }),
      )
    })
    socket.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        clientId: `load-${user}`,
        keepalive: 60,
        ...(suffix === '' ? {} : { username: user, password: Buffer.from(`${user}${suffix}`) }),
      }),
    )
  })
}

function frame(topic: Buffer, messageId: number, body: Buffer): Buffer {
  const length = 2 + topic.length + 2 + body.length
  const head = length < 128 ? Buffer.from([0x32, length]) : Buffer.from([0x32, (length & 0x7f) | 0x80, length >> 7])
  const bytes = Buffer.allocUnsafe(head.length + length)
  let at = head.copy(bytes)
  at = bytes.writeUInt16BE(topic.length, at)
  at += topic.copy(bytes, at)
  at = bytes.writeUInt16BE(messageId, at)
  body.copy(bytes, at)
  return bytes
}

/** A reading of a river station of exactly so many bytes, no two the same. */
function payload(number: number, size: number): Buffer {
  const text = `{"id":"${number}","at":"${new Date(start + number).toISOString()}","values":{"ph":7.${number % 100},"dissolved_oxygen":4.1,"ammonia_nitrogen":1.18,"water_level":4.14,"water_temperature":26.4},"location":[120.602,31.318]}`
  return Buffer.from(text.padEnd(size, ' '))
}
