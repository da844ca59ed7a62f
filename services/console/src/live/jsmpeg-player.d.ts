// Types of @cycjimmy/jsmpeg-player, as far as we use it (the package has none).
declare module '@cycjimmy/jsmpeg-player' {
  const JSMpeg: {
    readonly Player: new (
      url: string,
      options: {
        readonly canvas: HTMLCanvasElement
        readonly audio: boolean
        readonly disableWebAssembly: boolean
        readonly source: new () => object
        readonly onVideoDecode: () => void
      },
    ) => { destroy(): void }
  }
  // biome-ignore lint/style/noDefaultExport: as the package has it
  export default JSMpeg
}
