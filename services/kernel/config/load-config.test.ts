import { describe, expect, it } from 'vitest'
import type { AppError } from '../../contracts/errors.ts'
import { type ConfigFault, loadConfig, parseConfig } from './load-config.ts'

const faultsOf = (text: string, environment: NodeJS.ProcessEnv = {}): ConfigFault[] => {
  try {
    parseConfig(text, 'city.yaml', environment)
  } catch (error) {
    expect((error as AppError).code).toBe('QLY_CONFIG_INVALID')
    return (error as AppError).details as ConfigFault[]
  }
  throw new Error('the configuration was taken')
}

describe('the configuration', () => {
  it('has a default for every key but cameras', () => {
    const config = parseConfig('cameras: []', 'city.yaml')
    expect(config).toMatchObject({
      bind: '127.0.0.1',
      http: { port: 8080 },
      mqtt: { port: 1883 },
      rtsp: { port: 8554 },
      bus: { engine: 'embedded' },
    })
    expect(faultsOf('')).toEqual([expect.objectContaining({ path: 'cameras', message: 'is missing' })])
  })

  it('reports all faults at once, each with its line', () => {
    const faults = faultsOf(
      [
        'cameras:',
        '  - id: a/b',
        '    name: Kerb',
        '    source: ftp://x',
        '    fps: 99',
        '    modles: [street]',
        'bus:',
        '  engine: rabbit',
        'http:',
        '  port: "80"',
      ].join('\n'),
    )
    expect(faults.map(({ path, line }) => [path, line])).toEqual(
      expect.arrayContaining([
        ['cameras.0.id', 2],
        ['cameras.0.source', 4],
        ['cameras.0.fps', 5],
        ['cameras.0.modles', 6],
        ['bus.engine', 8],
        ['http.port', 10],
      ]),
    )
    expect(faults.find(({ path }) => path === 'bus.engine')?.message).toContain('embedded, kafka')
  })

  it('takes the environment over the file, checks it alike and refuses a misspelt variable', () => {
    expect(
      parseConfig('cameras: []\nhttp: { port: 1 }', 'x', { QLY_HTTP_PORT: '9000', QLY_KAFKA_BROKERS: 'a:1, b:2' }),
    ).toMatchObject({
      http: { port: 9000 },
      bus: { kafka: { brokers: ['a:1', 'b:2'] } },
    })
    expect(
      faultsOf('cameras: []', { QLY_HTTP_PORT: 'eighty', QLY_HTP_PORT: '1' })
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['QLY_HTP_PORT', 'http.port'])
  })

  it.each([
    [
      'two cameras of one id',
      'cameras:\n  - { id: a, name: A, source: "rtsp://x/1" }\n  - { id: a, name: B, source: "rtsp://x/2" }',
      'cameras.1.id',
      3,
    ],
    ['Kafka without brokers', 'cameras: []\nbus: { engine: kafka }', 'bus.kafka.brokers', 2],
    ['InfluxDB without a token', 'cameras: []\ntimeSeries: { engine: influxdb }', 'timeSeries.influx.token', 2],
    ['one port twice', 'cameras: []\nmqtt:\n  port: 8080', 'mqtt.port', 3],
    [
      'a zone without area',
      'cameras:\n  - id: a\n    name: A\n    source: rtsp://x\n    zones:\n      - { id: z, kind: watch, polygon: [[0,0],[1,1],[0.5,0.5]] }',
      'cameras.0.zones.0.polygon',
      6,
    ],
    ['an unknown time zone', 'cameras: []\ntimezone: Suzhou', 'timezone', 2],
  ])('refuses %s', (_name, text, path, line) => {
    expect(faultsOf(text)).toEqual([expect.objectContaining({ path, line })])
  })

  it('says where YAML itself is broken, and names a file that is not there', () => {
    expect(faultsOf('cameras: [').at(0)?.message).toContain('not valid YAML')
    expect(() => loadConfig('/nowhere/city.yaml', {})).toThrow(/cannot read the configuration \/nowhere\/city.yaml/)
  })
})
