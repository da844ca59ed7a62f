// What a child program says on stderr, in our log: line by line, bounded, without credentials.
import type { Logger } from '../../kernel/logging/logger.ts'
import { maskUrl } from '../camera-source/mask-url.ts'

export interface ProgramLog {
  take(bytes: Buffer): void
  /** the last line, for people; empty if it said nothing */
  readonly last: string
}

const mostLines = 50
const mostLineLength = 300

/** The first lines are logged; of a program that goes on complaining only that it does. */
export function createProgramLog(logger: Logger, about: Record<string, string>): ProgramLog {
  let rest = ''
  let last = ''
  let lines = 0
  return {
    get last() {
      return last
    },
    take(bytes) {
      const parts = (rest + bytes.toString('utf8')).split(/[\r\n]+/)
      rest = (parts.pop() ?? '').slice(-mostLineLength)
      for (const part of parts) {
        const line = withoutCredentials(part.trim()).slice(0, mostLineLength)
        if (line === '') continue
        last = line
        lines++
        if (lines <= mostLines) logger.debug(about, line)
        if (lines === mostLines) logger.warn(about, `${mostLines} lines; the rest is left out`)
      }
    },
  }
}

/** Every address in the line as it may be shown. */
export const withoutCredentials = (line: string): string =>
  line.replace(/(?<![a-z])[a-z]+:\/\/[^\s'"]+/gi, (url) => maskUrl(url))
