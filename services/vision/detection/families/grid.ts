// The cells of a dense head, stride by stride, line by line: the order of its rows.

export interface GridCell {
  readonly column: number
  readonly line: number
  /** pixels of the input */
  readonly stride: number
}

/** `whole` says what happens to a rest of the input that is no whole cell (floor or ceil, as the network's padding has it). */
export function cellsOf(
  { width, height }: { width: number; height: number },
  strides: readonly number[],
  whole: (cells: number) => number,
): GridCell[] {
  return strides.flatMap((stride) => {
    const columns = whole(width / stride)
    const lines = whole(height / stride)
    return Array.from({ length: columns * lines }, (_, index) => ({
      column: index % columns,
      line: Math.floor(index / columns),
      stride,
    }))
  })
}
