// Water level against the warning level (flood duty starts) and the guarantee level (what the dykes are built to hold), Wusong datum.
import type { WaterLevelConfig } from '../../contracts/config/sensing-water.ts'
import { own } from '../own.ts'
import { type Assessment, ladder, written } from './assessment.ts'

/** Reaching the warning level is medium, the guarantee level high, more by `aboveGuarantee`. */
export function assessWaterLevel(deviceId: string, at: number, metres: number, config: WaterLevelConfig): Assessment {
  const { warningMetres, guaranteeMetres } = own(config.stations, deviceId) ?? config
  const overGuarantee = metres >= guaranteeMetres
  const limit = overGuarantee ? guaranteeMetres : warningMetres
  const level = { zh: overGuarantee ? '保证水位' : '警戒水位', en: overGuarantee ? 'guarantee' : 'warning' }
  const over = written(Math.max(0, metres - limit))
  return {
    kind: 'water_level',
    subject: 'water_level',
    at,
    value: metres,
    ...ladder(
      [
        { at: warningMetres, severity: 'medium' },
        { at: guaranteeMetres, severity: 'high' },
        ...config.aboveGuarantee.map((rung) => ({ at: guaranteeMetres + rung.at, severity: rung.severity })),
      ],
      (step) => step - config.releaseMetres,
      true,
    ),
    persistence: config.persistence,
    telling: {
      label: `${level.en} level`,
      measured: { name: 'water_level', value: metres, unit: 'm', limit, standard: config.standard },
      summary: {
        zh: `水位 ${written(metres)} 米，超${level.zh} ${over} 米（${written(limit)} 米，吴淞基面）`,
        en: `Water level ${written(metres)} m, ${over} m over the ${level.en} level of ${written(limit)} m (Wusong datum)`,
      },
    },
  }
}
