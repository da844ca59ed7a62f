// The outputs of a batch, picture by picture.
import type { Outputs } from '../detection/families/family.ts'

/** Cuts every output along its first axis into one set a picture; undefined if an output is not of so many pictures. No copies are made. */
export function splitBatch(outputs: Outputs, pictures: number): Outputs[] | undefined {
  const entries = Object.entries(outputs)
  if (entries.some(([, { dims }]) => dims[0] !== pictures)) return undefined
  return Array.from({ length: pictures }, (_, index) =>
    Object.fromEntries(
      entries.map(([name, { type, dims, data }]) => {
        const size = data.length / pictures
        return [name, { type, dims: [1, ...dims.slice(1)], data: data.subarray(index * size, (index + 1) * size) }]
      }),
    ),
  )
}
