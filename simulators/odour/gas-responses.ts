// How metal-oxide sensors answer gases: figures fitted to 631 exposures of five twin arrays (UCI 361, reduced; only these means are kept, no data).
// Responses are ln(R/R0) of sensors 1 to 8 at strength 1; `scatter` is what is left of it from exposure to exposure.

export const arrayGases = ['ethylene', 'co', 'ethanol', 'methane'] as const
export type ArrayGas = (typeof arrayGases)[number]

export interface GasResponse {
  readonly response: readonly number[]
  readonly scatter: readonly number[]
  /** share of the response 1, 2 and 3 steps after the gas has gone */
  readonly recovery: readonly [number, number, number]
  /** 10 and 90 % of the strengths */
  readonly strength: readonly [number, number]
}

export const gasResponses: Readonly<Record<ArrayGas, GasResponse>> = {
  ethylene: {
    response: [-0.27, -0.145, -0.425, -0.545, -0.479, -0.259, -0.613, -0.718],
    scatter: [0.079, 0.026, 0.137, 0.243, 0.098, 0.03, 0.177, 0.134],
    recovery: [0.48, 0.18, 0.1],
    strength: [0.49, 1.42],
  },
  co: {
    response: [-0.046, -0.041, -0.116, -0.281, -0.075, -0.063, -0.153, -0.493],
    scatter: [0.018, 0.021, 0.059, 0.124, 0.029, 0.023, 0.079, 0.054],
    recovery: [0.63, 0.23, 0.09],
    strength: [0.29, 1.72],
  },
  ethanol: {
    response: [-0.242, -0.006, -0.4, -1.261, -0.519, -0.012, -0.619, -1.787],
    scatter: [0.122, 0.005, 0.188, 0.259, 0.237, 0.009, 0.26, 0.137],
    recovery: [0.68, 0.35, 0.21],
    strength: [0.65, 1.27],
  },
  methane: {
    response: [-0.726, -0.534, -0.76, -0.107, -1.173, -0.968, -1.186, -0.2],
    scatter: [0.078, 0.058, 0.035, 0.076, 0.054, 0.043, 0.066, 0.139],
    recovery: [0.38, 0.11, 0.06],
    strength: [0.49, 1.34],
  },
}

/** Clean-air resistances in kilohms: mean of the boards, and how boards differ (standard deviation of the logarithm). */
export const cleanAir = { mean: [39.3, 22, 23.5, 5.3, 93, 53.8, 58.3, 9.1], spread: 0.12, noise: 0.004 } as const
