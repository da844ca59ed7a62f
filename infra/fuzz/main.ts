// `npm run fuzz -- rtsp|models|h264 [--inputs N] [--seed N]`: throws mutated input at an attack surface until it is through or something gives.
import { parseArgs } from 'node:util'
import type { Fuzz } from './fuzz-port.ts'
import { h264Fuzz } from './h264/h264-fuzz.ts'
import { modelsFuzz } from './models/models-fuzz.ts'
import { rtspFuzz } from './rtsp/rtsp-fuzz.ts'

const campaigns: Readonly<Record<string, { readonly fuzz: Fuzz; readonly inputs: number }>> = {
  rtsp: { fuzz: rtspFuzz, inputs: 1_000_000 },
  models: { fuzz: modelsFuzz, inputs: 10_000 },
  h264: { fuzz: h264Fuzz, inputs: 10_000 },
}

const help = `npm run fuzz [-- CAMPAIGN… OPTIONS]   campaigns: ${Object.keys(campaigns).join(', ')}; default all

  --inputs N   how many mutated inputs (default: ${Object.entries(campaigns)
    .map(([name, { inputs }]) => `${inputs.toLocaleString('en')} of ${name}`)
    .join(', ')})
  --seed N     the same seed gives the same inputs (default 1)`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    inputs: { type: 'string' },
    seed: { type: 'string', default: '1' },
  },
})
if (values.help) console.log(help)
else for (const name of positionals.length > 0 ? positionals : Object.keys(campaigns)) await run(name)
process.exit()

async function run(name: string): Promise<void> {
  const campaign = campaigns[name]
  if (!campaign) {
    console.error(`there is no campaign "${name}"\n${help}`)
    process.exit(2)
  }
  const { inputs, seconds, told } = await campaign.fuzz({
    seed: Number(values.seed),
    inputs: Number(values.inputs ?? campaign.inputs),
    say: (line) => console.log(`  ${line}`),
  })
  console.log(
    `${name}: ${inputs} inputs in ${seconds.toFixed(1)} s, seed ${values.seed}: the program lived, memory did not grow`,
  )
  for (const [key, value] of Object.entries(told)) console.log(`  ${key} ${Math.round(value * 10) / 10}`)
}
