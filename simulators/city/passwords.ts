// Passwords of devices for simulators that run on their own: from a configuration file, or one for all.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'

export interface PasswordOptions {
  readonly configFile?: string
  readonly password?: string
}

/** Passwords by device id. Throws where neither is given, or the file holds none of these devices. */
export function passwordsOf(
  { configFile, password }: PasswordOptions,
  devices: readonly { readonly id: string }[],
): Record<string, string> {
  if (password !== undefined) return Object.fromEntries(devices.map(({ id }) => [id, password]))
  if (configFile === undefined) throw new Error("give the devices' passwords: --config FILE or --password TEXT")
  const file = parse(readFileSync(configFile, 'utf8')) as { devices?: { id?: string; password?: string }[] } | null
  const known: Record<string, string> = {}
  for (const { id, password: own } of file?.devices ?? []) if (id !== undefined && own !== undefined) known[id] = own
  if (!devices.some(({ id }) => known[id] !== undefined))
    throw new Error(`${configFile} has no password for any of these devices`)
  return known
}
