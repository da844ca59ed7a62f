// Types of node-rtsp-stream 0.0.9, as far as we use it (the package has none).
declare module 'node-rtsp-stream' {
  import type { ChildProcess } from 'node:child_process'
  import type { EventEmitter } from 'node:events'

  class VideoStream extends EventEmitter {
    constructor(options: {
      readonly name: string
      readonly streamUrl: string
      readonly ffmpegPath: string
      /** options before the output, by name; empty: one without a value */
      readonly ffmpegOptions: Readonly<Record<string, string>>
    })
    readonly stream: ChildProcess
    readonly mpeg1Muxer: EventEmitter
    pipeStreamToSocketServer(): this
  }
  export = VideoStream
}
