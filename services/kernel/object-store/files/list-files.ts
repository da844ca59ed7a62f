// Walks files below a folder in the order of their whole paths, as object stores list keys.
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Paths of all files below `folder`; hidden names (a leading dot) are left out; nothing for a folder that is missing. */
export async function* listFiles(folder: string): AsyncIterable<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: { code?: string }) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  })
  // "a-b/x" sorts before "a/x": compare folders with their slash.
  const named = entries
    .filter((entry) => !entry.name.startsWith('.'))
    .map((entry) => ({ entry, order: entry.isDirectory() ? `${entry.name}/` : entry.name }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
  for (const { entry } of named) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) yield* listFiles(path)
    else if (entry.isFile()) yield path
  }
}
