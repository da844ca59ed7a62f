// What a small grey picture tells about a camera's view: how bright, how sharp, where its edges are. Pure, about 0.1 ms a picture.

export interface GreyPicture {
  readonly width: number
  readonly height: number
  /** 0..255, row by row */
  readonly grey: Uint8Array
}

export interface PictureMeasures {
  /** mean grey, 0..255 */
  readonly mean: number
  /** standard deviation of grey */
  readonly deviation: number
  /** variance of the Laplacian: low for a picture without fine detail */
  readonly sharpness: number
  /** size of the gradient (central differences) of each pixel, 0 at the border */
  readonly edges: Float32Array
}

export function measurePicture({ width, height, grey }: GreyPicture): PictureMeasures {
  const at = (index: number) => grey[index] ?? 0
  let sum = 0
  let squares = 0
  for (const value of grey) {
    sum += value
    squares += value * value
  }
  const mean = sum / grey.length
  const edges = new Float32Array(grey.length)
  let laplacians = 0
  let laplacianSquares = 0
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const index = y * width + x
      const [left, right, up, down] = [at(index - 1), at(index + 1), at(index - width), at(index + width)]
      edges[index] = Math.hypot(right - left, down - up)
      const laplacian = left + right + up + down - 4 * at(index)
      laplacians += laplacian
      laplacianSquares += laplacian * laplacian
    }
  }
  const inner = Math.max(1, (width - 2) * (height - 2))
  return {
    mean,
    deviation: Math.sqrt(Math.max(0, squares / grey.length - mean * mean)),
    sharpness: laplacianSquares / inner - (laplacians / inner) ** 2,
    edges,
  }
}

/** Mean absolute difference of two pictures of one size, in grey levels. */
export function greyDifference(a: GreyPicture, b: GreyPicture): number {
  let sum = 0
  for (let index = 0; index < a.grey.length; index++) sum += Math.abs((a.grey[index] ?? 0) - (b.grey[index] ?? 0))
  return sum / a.grey.length
}

const columns = 4
const rows = 3
/** A block whose edges vary less than this (gradient units) has nothing to recognise it by. */
const leastTexture = 6
/** Correlation of a block's edges above which it shows the same place. */
const samePlace = 0.4
/** The mount shakes in the wind: blocks are tried this many pixels around. */
const shake = 1

/**
 * The share of the reference's textured blocks (4 × 3) in which the picture's edges are where they were; undefined if too few have texture.
 * In blocks, so that a lorry that covers half of the view leaves the other half.
 */
export function keptShare(
  reference: Float32Array,
  edges: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
): number | undefined {
  let textured = 0
  let kept = 0
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const block = {
        left: shake + 1 + Math.floor((column * (width - 2 * shake - 2)) / columns),
        right: shake + 1 + Math.floor(((column + 1) * (width - 2 * shake - 2)) / columns),
        top: shake + 1 + Math.floor((row * (height - 2 * shake - 2)) / rows),
        bottom: shake + 1 + Math.floor(((row + 1) * (height - 2 * shake - 2)) / rows),
      }
      if (textureOf(reference, block, width) < leastTexture) continue
      textured++
      let best = -1
      for (let dy = -shake; dy <= shake; dy++)
        for (let dx = -shake; dx <= shake; dx++)
          best = Math.max(best, correlation(reference, edges, block, width, dy * width + dx))
      if (best >= samePlace) kept++
    }
  }
  return textured < 4 ? undefined : kept / textured
}

interface Block {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

function textureOf(edges: Float32Array, block: Block, width: number): number {
  return Math.sqrt(Math.max(0, moments(edges, edges, block, width, 0).varianceA))
}

function correlation(a: Float32Array, b: Float32Array, block: Block, width: number, offset: number): number {
  const { covariance, varianceA, varianceB } = moments(a, b, block, width, offset)
  const scale = Math.sqrt(varianceA * varianceB)
  return scale < 1e-6 ? 0 : covariance / scale
}

function moments(a: Float32Array, b: Float32Array, block: Block, width: number, offset: number) {
  let [sumA, sumB, sumAA, sumBB, sumAB, count] = [0, 0, 0, 0, 0, 0]
  for (let y = block.top; y < block.bottom; y++) {
    for (let x = block.left; x < block.right; x++) {
      const index = y * width + x
      const [valueA, valueB] = [a[index] ?? 0, b[index + offset] ?? 0]
      sumA += valueA
      sumB += valueB
      sumAA += valueA * valueA
      sumBB += valueB * valueB
      sumAB += valueA * valueB
      count++
    }
  }
  const meanA = sumA / count
  const meanB = sumB / count
  return {
    covariance: sumAB / count - meanA * meanB,
    varianceA: sumAA / count - meanA * meanA,
    varianceB: sumBB / count - meanB * meanB,
  }
}
