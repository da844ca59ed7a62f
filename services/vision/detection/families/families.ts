// The families by name, as model.json has them.
import { detr } from './detr.ts'
import { endToEnd } from './end-to-end.ts'
import type { Family } from './family.ts'
import { nanodet } from './nanodet.ts'
import { qianliyan } from './qianliyan.ts'
import { ultralytics } from './ultralytics.ts'
import { classifier, embedding } from './whole-picture.ts'
import { yolox } from './yolox.ts'

export const families = {
  qianliyan,
  yolox,
  ultralytics,
  'end-to-end': endToEnd,
  detr,
  nanodet,
  classifier,
  embedding,
} as const satisfies Record<string, Family>

export type FamilyName = keyof typeof families
export const familyNames = Object.keys(families) as readonly FamilyName[]

/** Whether it finds things with boxes; the others judge the whole cut. */
export const findsBoxes = (family: FamilyName): boolean => family !== 'classifier' && family !== 'embedding'
