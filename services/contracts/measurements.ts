// The known measurements: name → unit, names for people, what an instrument can honestly report, and its resolution.
// Readings may carry other names; limits, faults and units are known for these only. Ranges: domain.md §3.2 and §4.2, unless said.

export interface Measurement {
  /** unit of `values` in readings; '1' for a pure number */
  readonly unit: string
  readonly zh: string
  readonly en: string
  /** what a sound instrument can report; a value outside is a fault of the instrument, not an event */
  readonly range: readonly [number, number]
  /** smallest step that the instrument shows; changes below it are no change */
  readonly resolution: number
}

const of = (
  unit: string,
  zh: string,
  en: string,
  range: readonly [number, number],
  resolution: number,
): Measurement => ({ unit, zh, en, range, resolution })

export const measurements = {
  // river
  ph: of('1', '酸碱度', 'pH', [0, 14], 0.01),
  dissolved_oxygen: of('mg/L', '溶解氧', 'dissolved oxygen', [0, 25], 0.01),
  permanganate_index: of('mg/L', '高锰酸盐指数', 'permanganate index', [0, 50], 0.1),
  cod: of('mg/L', '化学需氧量', 'chemical oxygen demand', [0, 1000], 1),
  bod5: of('mg/L', '五日生化需氧量', 'biochemical oxygen demand (5 days)', [0, 500], 0.1),
  ammonia_nitrogen: of('mg/L', '氨氮', 'ammonia nitrogen', [0, 100], 0.01),
  nitrate_nitrogen: of('mg/L', '硝酸盐氮', 'nitrate nitrogen', [0, 100], 0.01),
  total_phosphorus: of('mg/L', '总磷', 'total phosphorus', [0, 20], 0.001),
  total_nitrogen: of('mg/L', '总氮', 'total nitrogen', [0, 100], 0.01),
  petroleum: of('mg/L', '石油类', 'petroleum', [0, 50], 0.01),
  sulphide: of('mg/L', '硫化物', 'sulphide', [0, 50], 0.001),
  conductivity: of('uS/cm', '电导率', 'conductivity', [0, 5000], 1),
  chloride: of('mg/L', '氯化物', 'chloride', [0, 20_000], 0.01),
  turbidity: of('NTU', '浊度', 'turbidity', [-5, 4000], 0.1),
  orp: of('mV', '氧化还原电位', 'oxidation-reduction potential', [-1500, 1500], 1),
  transparency: of('cm', '透明度', 'transparency', [0, 500], 1),
  water_temperature: of('Cel', '水温', 'water temperature', [-2, 50], 0.1),
  water_level: of('m', '水位', 'water level (Wusong datum)', [-5, 30], 0.01),
  flow_velocity: of('m/s', '流速', 'surface velocity', [0, 15], 0.01),
  flow_rate: of('m3/s', '流量', 'flow', [0, 10_000], 0.01),
  rain_5min: of('mm', '5 分钟雨量', 'rain in 5 minutes', [0, 60], 0.1),
  // crowd
  person_count: of('1', '人数', 'persons', [0, 1_000_000], 1),
  density: of('1/m2', '人流密度', 'persons per square metre', [0, 15], 0.01),
  flow_in: of('1/min', '每分钟进入人数', 'persons in per minute', [0, 10_000], 1),
  flow_out: of('1/min', '每分钟离开人数', 'persons out per minute', [0, 10_000], 1),
  // gas and odour
  gas_lel: of('%LEL', '可燃气体', 'combustible gas', [-5, 100], 0.1),
  nh3_ppm: of('ppm', '氨', 'ammonia', [-1, 1000], 0.01),
  h2s_ppm: of('ppm', '硫化氢', 'hydrogen sulphide', [-0.1, 200], 0.001),
  ch3sh_ppm: of('ppm', '甲硫醇', 'methyl mercaptan', [-0.1, 100], 0.0001),
  tma_ppm: of('ppm', '三甲胺', 'trimethylamine', [-0.1, 100], 0.001),
  co_ppm: of('ppm', '一氧化碳', 'carbon monoxide', [-5, 2000], 0.1),
  voc_ppb: of('ppb', '挥发性有机物', 'volatile organic compounds (isobutylene)', [-50, 2_000_000], 1),
  odour_index: of('1', '异味指数', 'odour index', [0, 10_000], 0.1),
  // metal-oxide sensors, kilohms: high in clean air, lower in a reducing gas
  'gas_array.s1': of('kOhm', '气体阵列 1', 'gas array sensor 1', [0, 10_000], 0.01),
  'gas_array.s2': of('kOhm', '气体阵列 2', 'gas array sensor 2', [0, 10_000], 0.01),
  'gas_array.s3': of('kOhm', '气体阵列 3', 'gas array sensor 3', [0, 10_000], 0.01),
  'gas_array.s4': of('kOhm', '气体阵列 4', 'gas array sensor 4', [0, 10_000], 0.01),
  'gas_array.s5': of('kOhm', '气体阵列 5', 'gas array sensor 5', [0, 10_000], 0.01),
  'gas_array.s6': of('kOhm', '气体阵列 6', 'gas array sensor 6', [0, 10_000], 0.01),
  'gas_array.s7': of('kOhm', '气体阵列 7', 'gas array sensor 7', [0, 10_000], 0.01),
  'gas_array.s8': of('kOhm', '气体阵列 8', 'gas array sensor 8', [0, 10_000], 0.01),
  // noise, air, weather
  noise_la: of('dB(A)', '噪声 A 声级', 'sound level, A-weighted', [20, 140], 0.1),
  pm25: of('ug/m3', '细颗粒物', 'fine particles', [0, 1000], 1),
  pm10: of('ug/m3', '可吸入颗粒物', 'inhalable particles', [0, 2000], 1),
  air_temperature: of('Cel', '气温', 'air temperature', [-40, 60], 0.1),
  humidity: of('%', '相对湿度', 'relative humidity', [0, 100], 0.1),
  pressure: of('kPa', '气压', 'air pressure', [80, 115], 0.01),
  wind_speed: of('m/s', '风速', 'wind speed', [0, 75], 0.1),
  wind_direction: of('deg', '风向', 'wind direction (from, clockwise from north)', [0, 360], 1),
} as const satisfies Readonly<Record<string, Measurement>>

export type KnownMeasurement = keyof typeof measurements

/** The sensors of a gas array, in the order in which the odour classifier takes them. */
export const gasArraySensors = [
  'gas_array.s1',
  'gas_array.s2',
  'gas_array.s3',
  'gas_array.s4',
  'gas_array.s5',
  'gas_array.s6',
  'gas_array.s7',
  'gas_array.s8',
] as const satisfies readonly KnownMeasurement[]

/** What is known of a measurement; undefined for names of others. */
export function measurementOf(name: string): Measurement | undefined {
  return Object.hasOwn(measurements, name) ? measurements[name as KnownMeasurement] : undefined
}
