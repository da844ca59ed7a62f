// The program of `npm run models:evaluate`.
import { runCommand } from '../terminal.ts'
import { evaluate } from './evaluate.ts'

await runCommand(() => evaluate(process.argv.slice(2)))
