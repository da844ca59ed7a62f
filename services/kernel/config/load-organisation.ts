// Reads the organisation (YAML) and its grids (GeoJSON) and checks that they agree. All faults come together, as for the configuration.
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { Compile } from 'typebox/compile'
import { Value } from 'typebox/value'
import { parse } from 'yaml'
import { AppError } from '../../contracts/errors.ts'
import { GridFile, type Organisation, OrganisationFile } from '../../contracts/organisation.ts'

const organisationSchema = Compile(OrganisationFile)
const gridSchema = Compile(GridFile)

/** Loads a file; a relative path is taken from the working directory. Throws QLY_CONFIG_INVALID with all faults in `details`. */
export function loadOrganisation(file: string): Organisation {
  const written = Value.Default(OrganisationFile, read(file, parse))
  refuseIfAny(file, schemaFaults(organisationSchema, written))
  const organisation = written as OrganisationFile
  const gridFile = path.resolve(path.dirname(file), organisation.grids)
  const grids = read(gridFile, JSON.parse)
  refuseIfAny(gridFile, schemaFaults(gridSchema, grids))
  const result: Organisation = { ...organisation, grids: (grids as GridFile).features }
  refuseIfAny(file, contradictions(result))
  return result
}

function read(file: string, parseText: (text: string) => unknown): unknown {
  try {
    return parseText(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new AppError('QLY_CONFIG_INVALID', `cannot read ${file}: ${(cause as Error).message}`, { cause, details: [] })
  }
}

interface Schema {
  Errors(value: unknown): { instancePath: string; message: string }[]
}

const schemaFaults = (schema: Schema, value: unknown): string[] =>
  schema.Errors(value).map(({ instancePath, message }) => `${instancePath || '/'}: ${message}`)

/** References that lead nowhere, ids that occur twice, communities of no station or of two. */
function contradictions(organisation: Organisation): string[] {
  const { stations, communities, grids, departments, categories, people, roles, roster } = organisation
  const ids = (list: readonly { id: string }[]) => new Set(list.map(({ id }) => id))
  const served = stations.flatMap((station) => station.communities)
  return [
    ...twice(
      'station',
      stations.map(({ id }) => id),
    ),
    ...twice(
      'community',
      communities.map(({ id }) => id),
    ),
    ...twice(
      'grid',
      grids.map(({ properties }) => properties.id),
    ),
    ...twice(
      'category',
      categories.map(({ code }) => code),
    ),
    ...twice('community of a station', served),
    ...missing('station', served, 'community', ids(communities)),
    ...missing('no station for', [...ids(communities)], 'community', new Set(served)),
    ...missing(
      'grid',
      grids.map(({ properties }) => properties.community),
      'community',
      ids(communities),
    ),
    ...missing(
      'category',
      categories.map(({ department }) => department),
      'department',
      ids(departments),
    ),
    ...missing(
      'person',
      people.map(({ role }) => role),
      'role',
      ids(roles),
    ),
    ...missing(
      'person',
      people.flatMap(({ department }) => department ?? []),
      'department',
      ids(departments),
    ),
    ...missing(
      'person',
      people.flatMap(({ community }) => community ?? []),
      'community',
      ids(communities),
    ),
    ...missing(
      'roster',
      roster.map(({ person }) => person),
      'person',
      ids(people),
    ),
  ]
}

const twice = (what: string, ids: readonly string[]): string[] =>
  ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${what} ${id} occurs twice`)

const missing = (from: string, named: readonly string[], what: string, known: ReadonlySet<string>): string[] =>
  [...new Set(named)].filter((id) => !known.has(id)).map((id) => `${from}: there is no ${what} ${id}`)

function refuseIfAny(file: string, faults: readonly string[]): void {
  if (faults.length === 0) return
  const list = faults.map((fault) => `  ${fault}`).join('\n')
  throw new AppError('QLY_CONFIG_INVALID', `${file} has faults:\n${list}`, { details: faults })
}
