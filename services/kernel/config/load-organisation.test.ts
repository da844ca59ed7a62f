// Huqiu's organisation is whole and agrees with the seed; a wrong one is refused with all its faults.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { generateGrids } from '../../../infra/huqiu/generate-grids.ts'
import { loadOrganisation } from './load-organisation.ts'

const huqiu = path.resolve(import.meta.dirname, '../../../infra/huqiu')
const folder = mkdtempSync(path.join(os.tmpdir(), 'qly-organisation-'))
afterAll(() => rmSync(folder, { recursive: true }))

describe('the organisation of Huqiu', () => {
  const organisation = loadOrganisation(path.join(huqiu, 'organisation.yaml'))

  it('has the numbers of the seed: 6 stations, 20 communities, 156 general and 24 dedicated grids', () => {
    const { stations, communities, grids } = organisation
    const dedicated = grids.filter(({ properties }) => properties.kind === 'dedicated')
    expect([stations.length, communities.length, grids.length, dedicated.length]).toEqual([6, 20, 180, 24])
  })

  it('has grids as the generator makes them', () => {
    expect(organisation.grids).toEqual(generateGrids().features)
  })
})

describe('a wrong organisation', () => {
  it('is refused with every fault', () => {
    const text = readFileSync(path.join(huqiu, 'organisation.yaml'), 'utf8')
      .replace('communities: [C01, C02', 'communities: [C99, C02')
      .replace('department: market-regulation', 'department: kitchen-office')
    writeFileSync(path.join(folder, 'organisation.yaml'), text)
    writeFileSync(path.join(folder, 'grids.geojson'), readFileSync(path.join(huqiu, 'grids.geojson')))
    expect(() => loadOrganisation(path.join(folder, 'organisation.yaml'))).toThrow(
      expect.objectContaining({
        code: 'QLY_CONFIG_INVALID',
        details: [
          'station: there is no community C99',
          'no station for: there is no community C01',
          'category: there is no department kitchen-office',
        ],
      }),
    )
  })

  it('is refused when a file is missing or no YAML', () => {
    expect(() => loadOrganisation('/nowhere/organisation.yaml')).toThrow(/cannot read \/nowhere\/organisation.yaml/)
    writeFileSync(path.join(folder, 'broken.yaml'), 'name: [')
    expect(() => loadOrganisation(path.join(folder, 'broken.yaml'))).toThrow(/cannot read/)
  })
})
