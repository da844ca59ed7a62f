// 山塘街明厨亮灶: two cooks at work; one takes the hat off for a while.
import type { CookScript } from './kitchen-picture.ts'

export const shantangKitchen: readonly CookScript[] = [
  {
    stations: [
      [-1.2, 4.6],
      [-0.3, 4.6],
      [1.4, 4.8],
    ],
    stay: 14,
    bareheaded: [],
  },
  {
    stations: [
      [1.6, 3.9],
      [-1.6, 3.6],
      [0.4, 3.4],
    ],
    stay: 21,
    bareheaded: [
      [120, 300],
      [900, 1100],
    ],
  },
]
