// The program of `npm run models:add`.
import { runCommand } from '../terminal.ts'
import { addModel } from './add-model.ts'

await runCommand(() => addModel(process.argv.slice(2)))
