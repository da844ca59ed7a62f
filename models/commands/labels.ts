// Labels of a model that somebody brings: from a file, from what its exporter wrote into the graph; and which of them are classes of ours.
import { readFile } from 'node:fs/promises'
import { AppError } from '../../services/contracts/errors.ts'

/** One a line; `data.yaml`-like and `#` lines are not taken. Throws QLY_INPUT_INVALID. */
export async function readLabels(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((cause: Error) => {
    throw new AppError('QLY_INPUT_INVALID', `cannot read the labels: ${cause.message}`, { cause })
  })
  const labels = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
  if (labels.length === 0) throw new AppError('QLY_INPUT_INVALID', `${file} has no labels; one a line is expected`)
  return labels
}

/** Ultralytics writes `{0: 'person', 1: "traffic light"}`, others JSON: an object by number, or a list. undefined: not there, or unreadable. */
export function labelsOfMetadata(metadata: Readonly<Record<string, string>>): string[] | undefined {
  const text = metadata.names ?? metadata.labels ?? metadata.classes
  if (text === undefined) return undefined
  try {
    const parsed = JSON.parse(text) as unknown
    if (Array.isArray(parsed)) return parsed.map(String)
    if (typeof parsed === 'object' && parsed !== null) return Object.values(parsed).map(String)
  } catch {
    return labelsOfPython(text)
  }
  return undefined
}

function labelsOfPython(text: string): string[] | undefined {
  const pairs = [...text.matchAll(/(\d+)\s*:\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/g)]
  if (pairs.length === 0) return undefined
  const labels: string[] = []
  for (const [, index, single, double] of pairs)
    labels[Number(index)] = (single ?? double ?? '').replace(/\\(.)/g, '$1')
  return Array.from(labels).every((label) => label !== undefined && label !== '') ? labels : undefined
}

/** Names that public models use, by class of ours. */
const synonyms: Readonly<Record<string, readonly string[]>> = {
  car: ['car', 'sedan', 'suv', 'taxi', 'automobile'],
  large_vehicle: ['large_vehicle', 'truck', 'bus', 'van', 'lorry', 'minibus', 'large vehicle', 'trailer'],
  two_wheeler: ['two_wheeler', 'motorcycle', 'motorbike', 'bicycle', 'bike', 'scooter', 'moped', 'e-bike', 'tricycle'],
  person: ['person', 'pedestrian', 'people', 'human', 'rider'],
  smoke: ['smoke'],
  fire: ['fire', 'flame', 'flames'],
  debris: ['debris', 'floating debris', 'trash', 'garbage', 'litter'],
}
const classByName = new Map(
  Object.entries(synonyms).flatMap(([ours, names]) => names.map((name) => [name, ours] as const)),
)

/** The class of ours that a name stands for; undefined: none. */
export const classOfName = (name: string): string | undefined => classByName.get(name.toLowerCase())

/** label → class of ours, for those that have one; undefined: all labels are ours already, or none has one. */
export function classesOfLabels(labels: readonly string[]): Record<string, string> | undefined {
  const known = labels.flatMap((label) => {
    const ours = classByName.get(label.toLowerCase())
    return ours === undefined ? [] : [[label, ours] as const]
  })
  if (known.length === 0 || (known.length === labels.length && known.every(([label, ours]) => label === ours)))
    return undefined
  return Object.fromEntries(known)
}
