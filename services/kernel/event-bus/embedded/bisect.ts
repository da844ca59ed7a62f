// Finds the first offset for which something that never turns back holds: ⌈log2⌉ point reads instead of an index.

/** The least offset in [first, end) for which `holds` is true; `end` if there is none. `holds` must stay true once it is. */
export function bisect(first: number, end: number, holds: (offset: number) => boolean): number {
  let low = first
  let high = end
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if (holds(middle)) high = middle
    else low = middle + 1
  }
  return low
}
