// `npm run fuzz -- rtsp|models [--inputs N] [--seed N]`: throws mutated input at an attack surface until it is through or something gives.
import { parseArgs } from 'node:util'
import type { Fuzz } from './fuzz-port.ts'
import { modelsFuzz } from './models/models-fuzz.ts'
import { rtspFuzz } from './rtsp/rtsp-fuzz.ts'

const campaigns: Readonly<Record<string, Fuzz>> = { rtsp: rtspFuzz, models: modelsFuzz }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { inputs: { type: 'string', default: '1000000' }, seed: { type: 'string', default: '1' } },
})
const names = positionals.length > 0 ? positionals : Object.keys(campaigns)
for (const name of names) {
  const fuzz = campaigns[name]
  if (!fuzz) {
    console.error(`there is no campaign "${name}"; there are: ${Object.keys(campaigns).join(', ')}`)
    process.exit(2)
  }
  const { inputs, seconds, told } = await fuzz({
    seed: Number(values.seed),
    inputs: Number(values.inputs),
    say: (line) => console.log(`  ${line}`),
  })
  console.log(`${name}: ${inputs} inputs in ${seconds.toFixed(1)} s, seed ${values.seed}: no crash, no hang, no growth`)
  for (const [key, value] of Object.entries(told)) console.log(`  ${key} ${Math.round(value * 10) / 10}`)
}
process.exit()
