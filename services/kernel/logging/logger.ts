// Logging: pino; people see colour on a terminal, machines JSON lines. Rooms get a child logger with their name.
import { type Logger, pino } from 'pino'

export type { Logger }

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

/** Credentials never reach a log, wherever they sit in an object. */
const redact = ['password', 'token', 'authorization', 'secret', 'credential'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
])

/** A root logger on standard output. `pretty` writes lines for people (a terminal), else JSON lines. */
export function createLogger(options: { level: LogLevel; pretty: boolean }): Logger {
  return pino({
    level: options.level,
    redact: { paths: redact, censor: '***' },
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    ...(options.pretty
      ? {
          transport: {
            target: 'pino-pretty',
            options: { colorize: true, translateTime: 'SYS:HH:MM:ss', ignore: 'room', messageFormat: '{room} {msg}' },
          },
        }
      : {}),
  })
}

/** A logger that says nothing, for tests. */
export const silentLogger: Logger = pino({ level: 'silent' })
