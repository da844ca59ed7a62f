// Reads the configuration: YAML file, environment over it, defaults under it. All faults come together, each with its line.
import { readFileSync } from 'node:fs'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { type Document, LineCounter, parseDocument } from 'yaml'
import { Config } from '../../contracts/config/config.ts'
import { AppError } from '../../contracts/errors.ts'
import { applyEnvironment } from './environment.ts'
import { semanticFaults } from './semantic-faults.ts'

/** One fault: where (line and column from 1; absent where the value came from the environment or a default) and what to change. */
export interface ConfigFault {
  readonly path: string
  readonly line?: number
  readonly column?: number
  readonly message: string
}

const validator = Compile(Config)

/** Loads a file. Throws QLY_CONFIG_INVALID whose `details` is the list of faults. */
export function loadConfig(file: string, environment: NodeJS.ProcessEnv = process.env): Config {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (cause) {
    throw new AppError('QLY_CONFIG_INVALID', `cannot read the configuration ${file}: ${(cause as Error).message}`, {
      cause,
      details: [],
    })
  }
  return parseConfig(text, file, environment)
}

/** The same for a text; `name` stands for the file in messages. */
export function parseConfig(text: string, name: string, environment: NodeJS.ProcessEnv = {}): Config {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  if (document.errors.length > 0) {
    refuse(
      name,
      document.errors.map((error) => ({
        path: '',
        ...position(lines, error.pos[0]),
        message: `not valid YAML: ${error.message}`,
      })),
    )
  }
  const written: unknown = document.toJS() ?? {}
  const at = (path: readonly string[]) => place(document, lines, path)
  const environmentFaults = applyEnvironment(written, environment)
  const withDefaults = Value.Default(Config, written)
  const faults: ConfigFault[] = [...environmentFaults, ...schemaFaults(withDefaults, at)]
  if (faults.length === 0) {
    for (const fault of semanticFaults(withDefaults as Config)) {
      faults.push({ path: fault.path.join('.'), ...at(fault.path), message: fault.message })
    }
  }
  if (faults.length > 0) refuse(name, faults)
  return withDefaults as Config
}

function refuse(name: string, faults: readonly ConfigFault[]): never {
  const list = faults.map(
    (fault) =>
      `  ${fault.line === undefined ? '' : `line ${fault.line}: `}${fault.path === '' ? '' : `${fault.path}: `}${fault.message}`,
  )
  throw new AppError(
    'QLY_CONFIG_INVALID',
    `${name} has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${list.join('\n')}`,
    { details: faults },
  )
}

function schemaFaults(
  value: unknown,
  at: (path: readonly string[]) => { line?: number; column?: number },
): ConfigFault[] {
  const faults = new Map<string, ConfigFault>()
  for (const error of validator.Errors(value)) {
    const path = error.instancePath
      .split('/')
      .slice(1)
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    for (const [where, message] of explain(error, path, value)) {
      const key = where.join('.')
      if (!faults.has(key)) faults.set(key, { path: key, ...at(where), message })
    }
  }
  return [...faults.values()]
}

type SchemaError = ReturnType<typeof validator.Errors>[number]

/** Says a schema error in words: what to change, and where (an unknown key is its own place). */
function explain(error: SchemaError, path: readonly string[], root: unknown): [readonly string[], string][] {
  const params = error.params as {
    additionalProperties?: string[]
    requiredProperties?: string[]
    allowedValues?: unknown[]
  }
  const value = JSON.stringify(valueAt(root, path))
  switch (error.keyword) {
    case 'boolean':
      return [] // said by additionalProperties as well
    case 'additionalProperties':
      return (params.additionalProperties ?? []).map((key) => [
        [...path, key],
        'unknown key; see the documentation of the configuration for the known ones',
      ])
    case 'required':
      return (params.requiredProperties ?? []).map((key) => [[...path, key], 'is missing'])
    case 'enum':
      return [[path, `must be one of ${(params.allowedValues ?? []).join(', ')} (is ${value})`]]
    default: {
      const hint = (schemaAt(Config, path) as { description?: string } | undefined)?.description
      return [[path, `${error.message} (is ${value})${hint ? `; ${hint}` : ''}`]]
    }
  }
}

function valueAt(root: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], root)
}

function schemaAt(schema: TSchema, path: readonly string[]): unknown {
  return path.reduce<unknown>((at, key) => {
    const node = at as { properties?: Record<string, unknown>; items?: unknown } | undefined
    return node?.properties?.[key] ?? node?.items
  }, schema)
}

/** The position of a path in the file, or of its nearest ancestor that is written there. */
function place(document: Document, lines: LineCounter, path: readonly string[]): { line?: number; column?: number } {
  for (let length = path.length; length > 0; length--) {
    const keys = path.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key))
    const node = document.getIn(keys, true) as { range?: [number, number, number] } | undefined
    if (node?.range) return position(lines, node.range[0])
  }
  return {}
}

function position(lines: LineCounter, offset: number): { line: number; column: number } {
  const { line, col } = lines.linePos(offset)
  return { line, column: col }
}
