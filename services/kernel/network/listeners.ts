// The ports of a server of ours (MQTT, RTSP): plain TCP, and TLS where configured.
import { readFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { AppError } from '../../contracts/errors.ts'

export interface ListenersConfig {
  /** 0: any free port */
  readonly port: number
  readonly tls?:
    | {
        readonly port: number
        /** PEM files */
        readonly certificate: string
        readonly key: string
        /** clients need a certificate that it signed */
        readonly certificateAuthority?: string | undefined
      }
    | undefined
}

/** What faults are named by: the section of the configuration, and the variable that sets its port. */
export interface ListenersName {
  readonly section: string
  readonly variable: string
}

export interface Listeners {
  readonly port: number
  readonly tlsPort: number | undefined
  /** Takes no new connection. */
  close(): Promise<void>
}

/** Listens; QLY_PORT_IN_USE or QLY_CONFIG_INVALID (certificate, key) say what to change. */
export async function openListeners(
  config: ListenersConfig,
  bind: string,
  name: ListenersName,
  onConnection: (socket: Socket) => void,
): Promise<Listeners> {
  const { section } = name
  const plain = createServer(onConnection)
  const tls = config.tls && createTlsServer(tlsOptions(config.tls, section), onConnection)
  // a client that cannot do the handshake is its own problem; Node closes the socket
  tls?.on('tlsClientError', () => undefined)
  const servers: Server[] = tls ? [plain, tls] : [plain]
  const close = async () => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
  try {
    const port = await listen(plain, config.port, bind, `${section}.port`, name)
    const tlsPort =
      tls && config.tls ? await listen(tls, config.tls.port, bind, `${section}.tls.port`, name) : undefined
    return { port, tlsPort, close }
  } catch (error) {
    void close()
    throw error
  }
}

function tlsOptions(tls: NonNullable<ListenersConfig['tls']>, section: string): TlsOptions {
  const read = (file: string, key: string) => {
    try {
      return readFileSync(file)
    } catch (cause) {
      throw new AppError(
        'QLY_CONFIG_INVALID',
        `${section}.tls.${key}: cannot read ${file}: ${(cause as Error).message}`,
        {
          cause,
        },
      )
    }
  }
  const options: TlsOptions = {
    cert: read(tls.certificate, 'certificate'),
    key: read(tls.key, 'key'),
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
    ...(tls.certificateAuthority === undefined
      ? {}
      : { ca: read(tls.certificateAuthority, 'certificateAuthority'), requestCert: true, rejectUnauthorized: true }),
  }
  return options
}

function listen(server: Server, port: number, host: string, key: string, { variable }: ListenersName): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new AppError(
              'QLY_PORT_IN_USE',
              `${key}: port ${port} on ${host} is in use; stop the other program or set another port (${variable})`,
              { cause },
            )
          : new AppError('QLY_CONFIG_INVALID', `${key}: cannot listen on ${host}:${port}: ${cause.message}`, { cause }),
      )
    })
    server.listen({ port, host, backlog: 4096 }, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address ? address.port : port)
    })
  })
}
