// What a real server on loopback is to `npm run servers`: how it is got (cached outside the checkout, keyed by version), started and asked whether it works.

export interface ServerDefinition {
  readonly name: string
  readonly version: string
  readonly port: number
  /** Gets and builds what is missing; says what it does. Does nothing when the cache has it. */
  prepare(cache: string, say: (text: string) => void): Promise<void>
  /** Makes configuration and data folder (kept over stop and start) and answers with the command to run. */
  command(context: ServerContext): Promise<{
    readonly program: string
    readonly args: readonly string[]
    readonly env?: NodeJS.ProcessEnv
    /** run as this user when we are root */
    readonly user?: string
  }>
  /** Resolves once the server answers its own protocol, after first-time set-up (users, buckets); called on every start. */
  ready(context: ServerContext): Promise<void>
  /** environment of the tests that use it */
  readonly testEnvironment: Readonly<Record<string, string>>
}

export interface ServerContext {
  readonly cache: string
  /** configuration and data of this server */
  readonly directory: string
}

export const host = '127.0.0.1'
