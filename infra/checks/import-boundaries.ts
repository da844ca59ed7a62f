// The direction of imports (design.md §2): contracts ◀ kernel ◀ services ◀ app. Services never import each other; simulators import contracts only.
import path from 'node:path'

export interface SourceFile {
  /** relative to the root, with `/` */
  readonly file: string
  readonly text: string
}

/** What a room may import of ours, besides itself. `*`: anything. */
function allowed(room: string): readonly string[] {
  if (room === 'services/contracts') return []
  if (room === 'services/kernel') return ['services/contracts']
  if (room === 'services/console') return ['services/contracts']
  if (room === 'services/app') return ['*']
  if (room.startsWith('services/')) return ['services/contracts', 'services/kernel']
  if (room === 'simulators') return ['services/contracts']
  if (room === 'models') return ['services/contracts', 'services/kernel', 'services/vision', 'services/media']
  return ['*'] // infra: benchmarks, checks and servers look at everything
}

/** The room of a file: `services/<name>`, or the top folder. */
export function roomOf(file: string): string {
  const [first = '', second = ''] = file.split('/')
  return first === 'services' ? `${first}/${second}` : first
}

/** Every import that goes the wrong way. Tests may bring rooms together, products may not. */
export function boundaryFaults(files: readonly SourceFile[]): string[] {
  return files
    .filter(({ file }) => /\.tsx?$/.test(file) && !/\.test\.tsx?$|\/testing\//.test(file))
    .flatMap(({ file, text }) => {
      const room = roomOf(file)
      const rooms = allowed(room)
      return importsOf(text)
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => path.posix.join(path.posix.dirname(file), specifier))
        .filter((target) => roomOf(target) !== room && !rooms.includes('*') && !rooms.includes(roomOf(target)))
        .map((target) => `${file} imports ${target}: ${room} may import ${rooms.join(', ') || 'nothing of ours'}`)
    })
}

/** Module specifiers of static imports and exports, dynamic imports and `new URL('./x', import.meta.url)`. */
export function importsOf(text: string): string[] {
  const patterns = [
    /\b(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]/g,
    /\bimport\s*\(?\s*['"]([^'"]+)['"]/g,
    /\bnew URL\(\s*['"](\.[^'"]+\.ts)['"]\s*,\s*import\.meta\.url/g,
  ]
  return [...new Set(patterns.flatMap((pattern) => [...text.matchAll(pattern)].map((match) => match[1] ?? '')))]
}
