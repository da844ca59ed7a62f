// The program of `npm run models:fetch`.
import { runCommand } from '../terminal.ts'
import { fetchModel } from './fetch-model.ts'

await runCommand(() => fetchModel(process.argv.slice(2)))
