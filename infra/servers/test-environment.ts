// Set-up file of the integration tests: takes over the environment that `npm run servers -- up` left, unless it is set already.
import { existsSync, readFileSync } from 'node:fs'
import { environmentFile } from './servers.ts'

if (existsSync(environmentFile)) {
  const environment = JSON.parse(readFileSync(environmentFile, 'utf8')) as Record<string, string>
  for (const [name, value] of Object.entries(environment)) process.env[name] ??= value
}
