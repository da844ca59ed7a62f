// Starts the load generator as another process and measures how fast a broker acknowledges.
import { fork } from 'node:child_process'
import { once } from 'node:events'

export interface Load {
  readonly host?: string
  readonly port: number
  readonly users: readonly string[]
  readonly messages: number
  /** messages in flight for each connection */
  readonly window: number
  readonly payloadBytes: number
  /** password = user name + suffix; '' for no credentials */
  readonly passwordSuffix: string
  /** Number of the first message of each user, default 0; the same numbers again are duplicates. */
  readonly first?: number
}

/** Messages acknowledged in a second. `onStart` is called when all connections stand and the load begins. */
export async function runLoad(
  load: Load,
  onStart?: () => void,
): Promise<{ messagesPerSecond: number; messages: number; seconds: number }> {
  const { host = '127.0.0.1', port, users, messages, window, payloadBytes, passwordSuffix, first = 0 } = load
  const child = fork(
    new URL('./load-process.ts', import.meta.url),
    [
      host,
      String(port),
      users.join(','),
      ...[messages, window, payloadBytes].map(String),
      passwordSuffix,
      String(first),
    ],
    { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
  )
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`the load generator ended with ${String(code)}`)
  })
  failed.catch(() => undefined)
  await Promise.race([once(child, 'message'), failed])
  onStart?.()
  child.send('go')
  const [result] = (await Promise.race([once(child, 'message'), failed])) as [{ messages: number; seconds: number }]
  return { ...result, messagesPerSecond: result.messages / result.seconds }
}
