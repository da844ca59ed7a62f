// Which ffmpeg program there is: the one that the configuration names, the system's, or the one of the optional npm package.
import { accessSync, constants } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** Its path, or undefined. The system's comes first: it gets security updates. */
export function findFfmpeg(
  named: string | undefined,
  searchPath = process.env.PATH ?? '',
  packaged: () => string | undefined = packagedFfmpeg,
): string | undefined {
  if (named !== undefined) return named
  const found = searchPath
    .split(path.delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => path.join(folder, process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg'))
    .find(isProgram)
  if (found !== undefined) return found
  const brought = packaged()
  return brought !== undefined && isProgram(brought) ? brought : undefined
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function packagedFfmpeg(): string | undefined {
  try {
    return (createRequire(import.meta.url)('@ffmpeg-installer/ffmpeg') as { path: string }).path
  } catch {
    // optional, and not there for every platform
    return undefined
  }
}
