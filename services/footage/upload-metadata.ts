// What a pilot's app says of a file when it begins an upload (tus Upload-Metadata). Pure.
import path from 'node:path'
import { AppError } from '../contracts/errors.ts'

export const sideCarType = 'application/x-subrip'

const mediaTypes: Readonly<Record<string, string>> = {
  '.mp4': 'video/mp4',
  '.mov': 'video/quicktime',
  '.mkv': 'video/x-matroska',
  '.ts': 'video/mp2t',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.srt': sideCarType,
}

export interface UploadMetadata {
  readonly name: string
  readonly mediaType: string
  readonly flightId: string | undefined
  /** lower-case hex; the upload is refused if its bytes do not have it */
  readonly sha256: string | undefined
}

/** Takes `filename` (needed), `flightId` and `sha256`. QLY_INPUT_INVALID says what to change. */
export function readUploadMetadata(given: Readonly<Record<string, string | null>> = {}): UploadMetadata {
  const name = (given.filename ?? given.name ?? '').normalize('NFC')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (name === '' || name.length > 255 || /[\u0000-\u001f\u007f/\\]/.test(name)) {
    throw new AppError('QLY_INPUT_INVALID', 'Upload-Metadata needs "filename": up to 255 characters, without path')
  }
  const extension = path.extname(name).toLowerCase()
  const mediaType = mediaTypes[extension]
  if (mediaType === undefined) {
    throw new AppError('QLY_INPUT_INVALID', `"${name}" is no footage; taken are ${Object.keys(mediaTypes).join(' ')}`)
  }
  const sha256 = given.sha256?.toLowerCase()
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    throw new AppError('QLY_INPUT_INVALID', '"sha256" in Upload-Metadata is not 64 hex digits')
  }
  const flightId = given.flightId ?? undefined
  if (flightId !== undefined && !/^[A-Za-z0-9._-]{1,128}$/.test(flightId)) {
    throw new AppError('QLY_INPUT_INVALID', '"flightId" in Upload-Metadata: letters, digits, . _ - (max 128)')
  }
  return { name, mediaType, flightId, sha256 }
}
