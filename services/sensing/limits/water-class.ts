// Water class by GB 3838-2002: single-factor assessment, the worst item decides, a value on the boundary counts as the better class.
import type { WaterConfig, WaterItem, WaterClass as WaterTarget } from '../../contracts/config/sensing-water.ts'
import { measurementOf } from '../../contracts/measurements.ts'
import { own } from '../own.ts'
import { type Assessment, ladder, written } from './assessment.ts'

/** 1 to 5: classes I to V; 6: worse than V (劣V). */
export type WaterClass = 1 | 2 | 3 | 4 | 5 | 6

const classNames = ['I', 'II', 'III', 'IV', 'V', 'inferior V'] as const
const classNamesZh = ['I', 'II', 'III', 'IV', 'V', '劣V'] as const

export interface ItemGrade {
  readonly name: string
  readonly value: number
  readonly waterClass: WaterClass
  /** continuous: 3 is the boundary III|IV, 3.5 the middle of class IV, above 5 worse than V; for hysteresis and ranking */
  readonly position: number
}

/** Grades one item. Values are in the unit of the measurement (mg/L; pH without unit). */
export function gradeItem(name: string, value: number, config: WaterConfig): ItemGrade | undefined {
  if (name === 'ph') {
    const { from, to } = config.ph
    const over = Math.max(from - value, value - to)
    return { name, value, waterClass: over > 0 ? 6 : 1, position: over > 0 ? 5 + Math.min(over, 1) : 0 }
  }
  const item = own(config.items, name)
  if (item === undefined) return undefined
  const position = positionOf(item, value)
  return { name, value, waterClass: Math.min(6, Math.max(1, Math.ceil(position))) as WaterClass, position }
}

/** The class of a sample: its worst item. Undefined without a single known item. */
export function waterClassOf(values: Readonly<Record<string, number>>, config: WaterConfig): ItemGrade | undefined {
  return Object.entries(values)
    .map(([name, value]) => gradeItem(name, value, config))
    .filter((grade) => grade !== undefined)
    .sort((a, b) => b.position - a.position)[0]
}

/** The water at a station against its target class. */
export function assessWater(
  deviceId: string,
  at: number,
  values: Readonly<Record<string, number>>,
  config: WaterConfig,
): Assessment | undefined {
  const worst = waterClassOf(values, config)
  if (worst === undefined) return undefined
  const target = targetOf(deviceId, config)
  const index = classNames.indexOf(target)
  const measurement = measurementOf(worst.name)
  const limit = limitOf(worst.name, worst.value, index, config)
  const name = classNames[worst.waterClass - 1] ?? ''
  const value = written(worst.value, 3)
  const unit = measurement?.unit === '1' ? '' : ` ${measurement?.unit ?? ''}`
  return {
    kind: 'water_quality',
    subject: 'water_class',
    at,
    value: worst.position - (index + 1),
    ...ladder(config.severities, (step) => step - config.releaseClasses, false),
    persistence: config.persistence,
    telling: {
      label: `water class ${name}`,
      measured: {
        name: worst.name,
        value: worst.value,
        unit: measurement?.unit ?? '1',
        ...(limit === undefined ? {} : { limit }),
        standard: `${config.standard} ${target}`,
      },
      summary: {
        zh: `水质${classNamesZh[worst.waterClass - 1]}类，劣于目标${target}类：${measurement?.zh ?? worst.name} ${value}${unit}`,
        en: `Water class ${name}, worse than its target ${target}: ${measurement?.en ?? worst.name} ${value}${unit}`,
      },
    },
  }
}

function targetOf(deviceId: string, config: WaterConfig): WaterTarget {
  return own(config.stations, deviceId)?.targetClass ?? config.targetClass
}

function limitOf(name: string, value: number, targetIndex: number, config: WaterConfig): number | undefined {
  if (name === 'ph') return value < config.ph.from ? config.ph.from : config.ph.to
  return own(config.items, name)?.limits[targetIndex]
}

/** Between two limits the position grows linearly; equal limits of neighbouring classes (COD I and II) share the better class. */
function positionOf(item: WaterItem, value: number): number {
  const sign = item.atLeast ? -1 : 1
  const limits = item.limits.map((limit) => sign * limit)
  const v = sign * value
  const index = limits.findIndex((limit) => v <= limit)
  if (index === 0) return 1
  const lower = limits.at(index === -1 ? -1 : index - 1) ?? 0
  if (index === -1) return 5 + Math.min(1, Math.max(Number.EPSILON * 8, (v - lower) / Math.max(Math.abs(lower), 1e-9)))
  const upper = limits[index] ?? lower
  // strictly above the lower limit: at least a hair above the boundary, so that rounding cannot make it the better class
  return index + Math.max(1e-9, (v - lower) / (upper - lower))
}
