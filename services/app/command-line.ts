// The command line of `npm start`.
import { parseArgs } from 'node:util'
import { type Role, roles } from '../contracts/config/config.ts'
import { AppError } from '../contracts/errors.ts'
import { environmentVariables } from '../kernel/config/environment.ts'

export interface CommandLine {
  readonly help: boolean
  /** absent: the simulated city on embedded engines */
  readonly configFile: string | undefined
  /** absent: all */
  readonly roles: ReadonlySet<Role> | undefined
}

/** Reads the arguments. Throws QLY_CONFIG_INVALID that says which are known. */
export function parseCommandLine(args: readonly string[]): CommandLine {
  let values: { help?: boolean; config?: string; roles?: string }
  try {
    values = parseArgs({
      args: [...args],
      options: { help: { type: 'boolean', short: 'h' }, config: { type: 'string' }, roles: { type: 'string' } },
    }).values
  } catch (cause) {
    throw new AppError('QLY_CONFIG_INVALID', `${(cause as Error).message}\n\n${help}`, { cause })
  }
  return { help: values.help ?? false, configFile: values.config, roles: parseRoles(values.roles) }
}

function parseRoles(text: string | undefined): ReadonlySet<Role> | undefined {
  if (text === undefined) return undefined
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  const unknown = names.filter((name) => !(roles as readonly string[]).includes(name))
  if (names.length === 0 || unknown.length > 0) {
    const fault = names.length === 0 ? 'names no role' : `names unknown roles: ${unknown.join(', ')}`
    throw new AppError('QLY_CONFIG_INVALID', `--roles ${fault}; known: ${roles.join(', ')}`)
  }
  return new Set(names as Role[])
}

export const help = `千里眼 qianliyan: from a lens or a sensor to a closed ticket with proof.

  npm start                              the whole system on embedded engines, with the simulated city of Huqiu
  npm start -- --config FILE             a real deployment (YAML; no simulators unless it asks)
  npm start -- --config FILE --roles …   some roles only: ${roles.join(',')}

Settings in the environment go over the file:
${Object.entries(environmentVariables)
  .map(([name, { meaning }]) => `  ${name.padEnd(22)} ${meaning}`)
  .join('\n')}

npm test · npm run check · npm run bench · npm run servers -- up · npm run sim -- --help`
