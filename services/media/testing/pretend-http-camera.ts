// Test helper: MJPEG cameras that are bad: `/floods` sends good pictures as fast as it can, `/huge` sends pictures of 100 megapixels.
import { createServer, type ServerResponse } from 'node:http'
import sharp from 'sharp'

export async function pretendHttpCameras() {
  const flat = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#383' } })
      .jpeg({ quality: 40 })
      .toBuffer()
  const pictures = { floods: await flat(1920, 1080), huge: await flat(10_000, 10_000) }
  const server = createServer((request, response) => {
    const sort = request.url?.slice(1) as keyof typeof pictures
    const jpeg = pictures[sort]
    if (!jpeg) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=x' })
    const part = Buffer.concat([
      Buffer.from(`--x\r\nContent-Type: image/jpeg\r\nContent-Length: ${jpeg.length}\r\n\r\n`),
      jpeg,
      Buffer.from('\r\n'),
    ])
    if (sort === 'floods') pour(response, part)
    else drip(response, part)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

function pour(response: ServerResponse, part: Buffer): void {
  const go = () => {
    while (!response.destroyed && response.write(part));
  }
  response.on('drain', go)
  go()
}

function drip(response: ServerResponse, part: Buffer): void {
  const timer = setInterval(() => response.write(part), 200)
  response.on('close', () => clearInterval(timer))
  response.write(part)
}
