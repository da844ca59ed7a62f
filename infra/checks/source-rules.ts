// Rules that the linter does not have: files stay small, and no test-looking file is left out of the runs.
import type { SourceFile } from './import-boundaries.ts'

const longest = 400
const longestTest = 600

/** Files past the limit: look for the seam. */
export function lengthFaults(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ file, text }) => {
    const lines = text.split('\n').length - 1
    const limit = isTest(file) ? longestTest : longest
    return lines > limit ? [`${file} has ${lines} lines (limit ${limit})`] : []
  })
}

/** Files that look like tests but that no project of vitest.config.ts takes. */
export function unrunTestFaults(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ file }) => /\.(test|spec)\b|(^|\/)test_|_test\./.test(file) && !isTest(file))
    .map(({ file }) => `${file} looks like a test, but only x.test.ts(x) is run`)
}

const isTest = (file: string): boolean => /\.test\.tsx?$/.test(file)
