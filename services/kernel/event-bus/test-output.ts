// For test programs that get killed: says on stdout, at once and whole, what the parent shall know of them.
import { writeSync } from 'node:fs'

/** Returns once the parent has it, also while its pipe is full. */
export function say(text: string): void {
  for (let rest = Buffer.from(text); rest.length > 0; ) {
    try {
      rest = rest.subarray(writeSync(1, rest))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error
    }
  }
}
