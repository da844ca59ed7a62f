// What a person sees once it runs: the console's address and, on the first start, the login. In colour on a terminal, else one JSON line.
import { styleText } from 'node:util'
import type { App } from './start-app.ts'

export function welcome(
  app: App,
  options: { readonly interactive: boolean; readonly print?: (text: string) => void },
): void {
  const print = options.print ?? console.log
  const { http, mqttPort, rtspPort } = app.composition
  const scheme = app.config.http.tls ? 'https' : 'http'
  const address = app.config.bind === '0.0.0.0' || app.config.bind === '::' ? '127.0.0.1' : app.config.bind
  const url = `${scheme}://${address}:${http.port}/`
  if (!options.interactive) {
    print(
      JSON.stringify({
        level: 30,
        time: new Date().toISOString(),
        msg: 'ready',
        url,
        ...(http.firstLogin ? { firstLogin: http.firstLogin } : {}),
        mqttPort: mqttPort(),
        rtspPort: rtspPort(),
        roles: [...app.roles],
        startedInMs: Math.round(app.startedInMs),
      }),
    )
    return
  }
  const rows: [string, string][] = [
    ['控制台 Console', styleText(['bold', 'underline', 'cyan'], url)],
    ...(http.firstLogin
      ? ([
          ['用户 User', styleText('bold', http.firstLogin.user)],
          [
            '密码 Password',
            `${styleText(['bold', 'yellow'], http.firstLogin.password)}  ${styleText('dim', '(只显示一次 shown once)')}`,
          ],
        ] satisfies [string, string][])
      : []),
    ['MQTT', String(mqttPort() ?? '–')],
    ['RTSP', String(rtspPort() ?? '–')],
    ['停止 Stop', 'Ctrl-C'],
  ]
  const lines = rows.map(([name, value]) => `  ${name}${' '.repeat(Math.max(1, 18 - width(name)))}${value}`)
  const title = `${styleText(['bold', 'green'], '千里眼 qianliyan')} ${styleText('dim', `ready in ${(app.startedInMs / 1000).toFixed(1)} s`)}`
  print(`\n  ${title}\n\n${lines.join('\n')}\n`)
}

/** Columns of a text on a terminal: CJK characters take two. */
const width = (text: string): number => [...text].reduce((sum, character) => sum + (character > '⺀' ? 2 : 1), 0)
