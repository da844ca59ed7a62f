// The linear assignment problem by shortest augmenting paths with potentials (Jonker & Volgenant, Computing 38, 1987; the form without
// their initialisation), O(n³). Pairs that cost `limit` or more stay unassigned.

/** For each row the column it is assigned to, or −1. `costs[row][column]`; rows may be more or fewer than columns. */
export function assign(costs: readonly (readonly number[])[], limit: number): number[] {
  const rows = costs.length
  const columns = costs[0]?.length ?? 0
  if (rows === 0 || columns === 0) return new Array<number>(rows).fill(-1)
  const capped = (row: number, column: number) => Math.min(limit, (costs[row] as readonly number[])[column] as number)
  const columnOfRow =
    rows <= columns
      ? solve(rows, columns, capped)
      : invert(
          solve(columns, rows, (column, row) => capped(row, column)),
          rows,
        )
  return columnOfRow.map((column, row) => (column >= 0 && capped(row, column) < limit ? column : -1))
}

function invert(rowOfColumn: readonly number[], rows: number): number[] {
  const columnOfRow = new Array<number>(rows).fill(-1)
  for (const [column, row] of rowOfColumn.entries()) columnOfRow[row] = column
  return columnOfRow
}

/** rows ≤ columns; arrays count from 1, 0 stands for "none". */
function solve(rows: number, columns: number, cost: (row: number, column: number) => number): number[] {
  const rowPotential = new Float64Array(rows + 1)
  const columnPotential = new Float64Array(columns + 1)
  const rowOf = new Int32Array(columns + 1)
  const cameFrom = new Int32Array(columns + 1)
  for (let row = 1; row <= rows; row++) {
    rowOf[0] = row
    let column = 0
    const slack = new Float64Array(columns + 1).fill(Number.POSITIVE_INFINITY)
    const used = new Uint8Array(columns + 1)
    do {
      used[column] = 1
      const current = rowOf[column] as number
      let delta = Number.POSITIVE_INFINITY
      let next = 0
      for (let other = 1; other <= columns; other++) {
        if (used[other]) continue
        const reduced =
          cost(current - 1, other - 1) - (rowPotential[current] as number) - (columnPotential[other] as number)
        if (reduced < (slack[other] as number)) {
          slack[other] = reduced
          cameFrom[other] = column
        }
        if ((slack[other] as number) < delta) {
          delta = slack[other] as number
          next = other
        }
      }
      for (let other = 0; other <= columns; other++) {
        if (used[other]) {
          rowPotential[rowOf[other] as number] = (rowPotential[rowOf[other] as number] as number) + delta
          columnPotential[other] = (columnPotential[other] as number) - delta
        } else {
          slack[other] = (slack[other] as number) - delta
        }
      }
      column = next
    } while (rowOf[column] !== 0)
    do {
      const previous = cameFrom[column] as number
      rowOf[column] = rowOf[previous] as number
      column = previous
    } while (column !== 0)
  }
  const columnOfRow = new Array<number>(rows).fill(-1)
  for (let column = 1; column <= columns; column++) {
    if (rowOf[column] !== 0) columnOfRow[(rowOf[column] as number) - 1] = column - 1
  }
  return columnOfRow
}
