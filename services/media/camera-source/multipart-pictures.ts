// multipart/x-mixed-replace (RFC 2046 §5.1, as cameras write it) → pictures. Pure and bounded: what is no picture, or too large, is one fault.

export interface PictureReader {
  /** The pictures that these bytes complete. Throws a RangeError for a part that is too large or has no sane header. */
  push(bytes: Buffer): Buffer[]
}

const maximumHeaderBytes = 4096
const blank = Buffer.from('\r\n\r\n')

/** The boundary in a Content-Type of this kind (without dashes in front), or undefined. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/(x-mixed-replace|mixed)\s*;/i.test(contentType)) return undefined
  const found = /;\s*boundary=(?:"([^"]{1,100})"|([^\s;"]{1,100}))/i.exec(contentType)
  return (found?.[1] ?? found?.[2])?.replace(/^--/, '')
}

export function createPictureReader(boundary: string, maximumBytes: number): PictureReader {
  const line = Buffer.from(`--${boundary}`, 'latin1')
  let pending: Buffer = Buffer.alloc(0)
  /** length of the part's body; undefined: up to the next boundary; null: its headers are not read yet */
  let length: number | undefined | null = null

  const readHeaders = (): boolean => {
    const start = pending.indexOf(line)
    const end = start < 0 ? -1 : pending.indexOf(blank, start)
    if (end < 0) {
      if (pending.length > maximumHeaderBytes + line.length) throw new RangeError('a part has no header')
      return false
    }
    const stated = /^content-length:\s*(\d{1,10})\s*$/im.exec(pending.toString('latin1', start, end))?.[1]
    length = stated === undefined ? undefined : Number(stated)
    if (length !== undefined && length > maximumBytes) throw new RangeError(`a picture has ${length} bytes`)
    pending = pending.subarray(end + blank.length)
    return true
  }

  const readBody = (): Buffer | undefined => {
    const end = length ?? pending.indexOf(line)
    if (end < 0 || pending.length < end) {
      if (pending.length > maximumBytes + line.length) throw new RangeError('a picture has no end')
      return undefined
    }
    const body = pending.subarray(0, end)
    pending = pending.subarray(end)
    length = null
    return body
  }

  return {
    push(bytes) {
      pending = pending.length === 0 ? bytes : Buffer.concat([pending, bytes])
      const pictures: Buffer[] = []
      while (length !== null || readHeaders()) {
        const body = readBody()
        if (!body) break
        // some cameras send empty parts or words between pictures
        if (body[0] === 0xff && body[1] === 0xd8) pictures.push(Buffer.from(body))
      }
      return pictures
    },
  }
}
