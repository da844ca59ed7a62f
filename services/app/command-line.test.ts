// The command line: what it takes, and what it says about what it does not.
import { describe, expect, it } from 'vitest'
import { help, parseCommandLine } from './command-line.ts'

describe('the command line', () => {
  it('without arguments starts everything', () => {
    expect(parseCommandLine([])).toEqual({ help: false, configFile: undefined, roles: undefined })
  })

  it('names a file and roles', () => {
    const { configFile, roles } = parseCommandLine(['--config', 'city.yaml', '--roles', 'ingest, eyes'])
    expect([configFile, [...(roles ?? [])]]).toEqual(['city.yaml', ['ingest', 'eyes']])
  })

  it.each([
    [['--roles', 'eyes,ears'], /unknown roles: ears; known: broker, ingest/],
    [['--roles', ''], /names no role/],
    [['--confg', 'x'], /--confg/],
    [['city.yaml'], /city.yaml/],
  ])('refuses %j and says what is known', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(
      expect.objectContaining({ code: 'QLY_CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })

  it('explains every environment variable', () => {
    for (const name of ['QLY_DATA_DIR', 'QLY_HTTP_PORT', 'QLY_KAFKA_BROKERS', 'QLY_DATABASE_URL', 'QLY_MQTT_URL'])
      expect(help).toContain(name)
  })
})
