// What can be alerted: the closed list of kinds (design.md §3), their severities and their names for people.
import { type Static, Type } from 'typebox'

export const alertKinds = [
  'illegal_parking',
  'zombie_vehicle',
  'smoke',
  'fire',
  'odour',
  'kitchen_hygiene',
  'river_debris',
  'water_quality',
  'water_level',
  'crowd_density',
  'noise',
  'gas',
  'device_offline',
  'view_changed',
  'traffic_jam',
] as const

export const AlertKind = Type.Enum(alertKinds)
export type AlertKind = (typeof alertKinds)[number]

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const
export const Severity = Type.Enum(severities)
export type Severity = (typeof severities)[number]

export const AlertState = Type.Union([
  Type.Literal('open'),
  Type.Literal('acknowledged'),
  Type.Literal('cleared'),
  Type.Literal('dismissed'),
])
export type AlertState = Static<typeof AlertState>

/** Names of the kinds for people, Chinese and English. */
export const alertKindNames: Readonly<Record<AlertKind, { zh: string; en: string }>> = {
  illegal_parking: { zh: '违法停车', en: 'Illegal parking' },
  zombie_vehicle: { zh: '僵尸车', en: 'Zombie vehicle' },
  smoke: { zh: '烟雾', en: 'Smoke' },
  fire: { zh: '明火', en: 'Fire' },
  odour: { zh: '异味', en: 'Odour' },
  kitchen_hygiene: { zh: '后厨卫生', en: 'Kitchen hygiene' },
  river_debris: { zh: '河面漂浮物', en: 'River debris' },
  water_quality: { zh: '水质超标', en: 'Water quality' },
  water_level: { zh: '水位超警', en: 'Water level' },
  crowd_density: { zh: '人流密度', en: 'Crowd density' },
  noise: { zh: '噪声超标', en: 'Noise' },
  gas: { zh: '可燃有毒气体', en: 'Gas' },
  device_offline: { zh: '设备离线', en: 'Device offline' },
  view_changed: { zh: '画面偏移', en: 'View changed' },
  traffic_jam: { zh: '交通拥堵', en: 'Traffic jam' },
}
