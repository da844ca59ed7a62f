// What the model commands print: lines, tables and a progress bar that shows only on a terminal.

export const say = (line = ''): void => {
  process.stdout.write(`${line}\n`)
}

/** Columns as wide as their longest cell; numbers to the right. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en') : cell)))
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => widthOf(row[column] ?? ''))))
  return cells
    .map((row, line) =>
      row
        .map((cell, column) => {
          const space = ' '.repeat((widths[column] ?? 0) - widthOf(cell))
          return line > 0 && typeof rows[line]?.[column] === 'number' ? space + cell : cell + space
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Chinese characters take two columns. */
const widthOf = (text: string): number => [...text].reduce((sum, character) => sum + (character > '\u2e80' ? 2 : 1), 0)

export interface ProgressBar {
  /** `done` of the total; drawn at most ten times a second */
  at(done: number): void
  end(): void
}

/** `unit` 1: counts; larger: the figures are divided by it (1 MB = 1e6). */
export function createProgressBar(what: string, total: number, { unit = 1, name = '' } = {}): ProgressBar {
  const terminal = process.stderr
  let drawnAt = 0
  const draw = (done: number) => {
    const share = total > 0 ? Math.min(1, done / total) : 0
    const bar = '█'.repeat(Math.round(share * 24)).padEnd(24, '░')
    const figure = (value: number) => (unit === 1 ? String(value) : (value / unit).toFixed(1))
    terminal.write(`\r${what} ${bar} ${Math.floor(share * 100)} %  ${figure(done)}/${figure(total)} ${name}\x1b[K`)
  }
  return {
    at(done) {
      if (!terminal.isTTY || (done < total && performance.now() - drawnAt < 100)) return
      drawnAt = performance.now()
      draw(done)
    },
    end() {
      if (terminal.isTTY) terminal.write('\r\x1b[K')
    },
  }
}

/** Runs a command's main; a refusal is printed in one line with its code, and the exit code is 1. */
export async function runCommand(main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    process.stderr.write(`${code?.startsWith('QLY_') ? `${code}: ` : ''}${message}\n`)
    process.exitCode = 1
  }
}
