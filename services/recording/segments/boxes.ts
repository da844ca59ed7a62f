// The outer boxes of an MP4 (ISO/IEC 14496-12 §4.2): how long its header is, and how much of a torn file is whole.
import { open } from 'node:fs/promises'

export interface FileBoxes {
  /** bytes before the first fragment; 0 if there is none */
  readonly headerBytes: number
  /** bytes up to the end of the last whole fragment (moof and its mdat) */
  readonly wholeBytes: number
}

/** Reads only the heads of boxes; stops at the first that is not one. */
export async function readBoxes(path: string): Promise<FileBoxes> {
  const file = await open(path, 'r')
  try {
    const { size } = await file.stat()
    const head = Buffer.alloc(16)
    let [at, headerBytes, wholeBytes] = [0, 0, 0]
    while (at + 8 <= size) {
      const { bytesRead } = await file.read(head, 0, 16, at)
      if (bytesRead < 8) break
      const short = head.readUInt32BE(0)
      const length = short === 1 && bytesRead === 16 ? Number(head.readBigUInt64BE(8)) : short
      const type = head.toString('latin1', 4, 8)
      if (length < 8 || at + length > size || !/^[a-z0-9 ]{4}$/i.test(type)) break
      if (type === 'moof' && headerBytes === 0) headerBytes = at
      at += length
      if (type === 'mdat' || headerBytes === 0) wholeBytes = at
    }
    return { headerBytes, wholeBytes }
  } finally {
    await file.close()
  }
}
