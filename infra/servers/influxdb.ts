// InfluxDB 2.7: built from its Go module, since nothing but package registries is at hand. No web UI in this binary.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import path from 'node:path'
import { run, waitFor } from './process.ts'
import { host, type ServerDefinition } from './server.ts'

const version = '2.7.12'
const port = 18_086
// Not secrets: a server on loopback that lives for tests only.
const token = 'qianliyan-test-token-influx'
const org = 'qianliyan'
const bucket = 'qianliyan-test'

const binary = (cache: string) => path.join(cache, `influxdb-${version}`, 'influxd')

export const influxdb: ServerDefinition = {
  name: 'influxdb',
  version,
  port,
  testEnvironment: {
    QLY_TEST_INFLUX_URL: `http://${host}:${port}`,
    QLY_TEST_INFLUX_TOKEN: token,
    QLY_TEST_INFLUX_ORG: org,
    QLY_TEST_INFLUX_BUCKET: bucket,
  },

  async prepare(cache, say) {
    if (existsSync(binary(cache))) return
    say(`building InfluxDB ${version} from its Go module (about 6 minutes, once a machine) …`)
    const folder = path.dirname(binary(cache))
    const build = path.join(folder, 'build')
    mkdirSync(build, { recursive: true })
    for (const [name, text] of Object.entries(sources)) writeFileSync(path.join(build, name), text, { mode: 0o755 })
    const env = {
      ...process.env,
      GOBIN: build,
      GOFLAGS: '-mod=mod',
      PKG_CONFIG: path.join(build, 'pkg-config'),
      RUSTUP_TOOLCHAIN: 'stable-x86_64-unknown-linux-gnu',
      RUSTC_WRAPPER: path.join(build, 'rustc-wrapper'),
    }
    await run('go', ['install', 'github.com/influxdata/pkg-config@v0.2.14'], {
      cwd: folder,
      env: { ...env, GOFLAGS: '' },
    })
    await run('go', ['mod', 'tidy'], { cwd: build, env })
    const tags = 'sqlite_foreign_keys,sqlite_json'
    const output = path.join(build, 'influxd.built')
    await run(
      'go',
      ['build', '-tags', tags, '-ldflags', '-s -w', '-o', output, 'github.com/influxdata/influxdb/v2/cmd/influxd'],
      { cwd: build, env },
    )
    await rename(output, binary(cache))
  },

  async command({ cache, directory }) {
    const at = (name: string) => path.join(directory, name)
    return {
      program: binary(cache),
      args: [
        `--http-bind-address=${host}:${port}`,
        `--bolt-path=${at('influxd.bolt')}`,
        `--engine-path=${at('engine')}`,
        `--sqlite-path=${at('influxd.sqlite')}`,
        '--reporting-disabled',
      ],
    }
  },

  async ready() {
    const url = `http://${host}:${port}`
    await waitFor('InfluxDB', async () => (await fetch(`${url}/health`)).ok)
    const { allowed } = (await (await fetch(`${url}/api/v2/setup`)).json()) as { allowed: boolean }
    if (!allowed) return
    const body = JSON.stringify({ username: 'test', password: 'qianliyan-test', org, bucket, token })
    const answer = await fetch(`${url}/api/v2/setup`, { method: 'POST', body })
    if (!answer.ok) throw new Error(`InfluxDB refused its set-up: ${await answer.text()}`)
  },
}

/** A module of its own around influxd: `go install` refuses modules with replace directives, so they are repeated here. */
const sources = {
  'go.mod': `module qianliyan.local/influxd

go 1.23

require github.com/influxdata/influxdb/v2 v${version}

replace github.com/nats-io/nats-streaming-server v0.11.2 => github.com/influxdata/nats-streaming-server v0.11.3-0.20201112040610-c277f7560803
`,
  'tools.go': `//go:build tools

package tools

import _ "github.com/influxdata/influxdb/v2/cmd/influxd"
`,
  // newer Rust denies 18 lints that were warnings when its flux library was written
  'rustc-wrapper': '#!/bin/sh\nexec "$@" --cap-lints=warn\n',
}
