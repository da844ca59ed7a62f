// Plays MPEG-1 in MPEG-TS by JSMpeg: decoded in script, so it plays in any browser. Loaded only when it is needed.
import type { Player } from './play-fmp4.ts'

/** What JSMpeg takes as a source: it hands us where bytes go. */
class PushedSource {
  readonly streaming = true
  established = false
  completed = false
  progress = 0
  destination: { write(bytes: ArrayBuffer): void } | undefined
  connect(destination: { write(bytes: ArrayBuffer): void }): void {
    this.destination = destination
  }
  start(): void {}
  resume(): void {}
  destroy(): void {
    this.destination = undefined
  }
}

export async function createMpeg1Player(canvas: HTMLCanvasElement, onPlaying: () => void): Promise<Player> {
  const { default: JSMpeg } = await import('@cycjimmy/jsmpeg-player')
  let source: PushedSource | undefined
  const player = new JSMpeg.Player('', {
    canvas,
    audio: false,
    // WebAssembly would need another content security policy
    disableWebAssembly: true,
    source: class extends PushedSource {
      constructor() {
        super()
        source = this
      }
    },
    onVideoDecode: onPlaying,
  })
  return {
    begin: () => true,
    picture(bytes) {
      if (!source) return
      source.established = true
      source.destination?.write(bytes)
    },
    close: () => player.destroy(),
  }
}
