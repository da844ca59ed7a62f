// The ports of our broker: plain TCP, and TLS where configured.
import { readFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { MqttConfig } from '../../contracts/config/engines.ts'
import { AppError } from '../../contracts/errors.ts'

export interface Listeners {
  readonly port: number
  readonly tlsPort: number | undefined
  /** Takes no new connection. */
  close(): Promise<void>
}

/** Listens; QLY_PORT_IN_USE or QLY_CONFIG_INVALID (certificate, key) say what to change. */
export async function openListeners(
  config: Pick<MqttConfig, 'port' | 'tls'>,
  bind: string,
  onConnection: (socket: Socket) => void,
): Promise<Listeners> {
  const plain = createServer(onConnection)
  const tls = config.tls && createTlsServer(tlsOptions(config.tls), onConnection)
  // a client that cannot do the handshake is its own problem; Node closes the socket
  tls?.on('tlsClientError', () => undefined)
  const servers: Server[] = tls ? [plain, tls] : [plain]
  const close = async () => {
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  }
  try {
    const port = await listen(plain, config.port, bind, 'mqtt.port')
    const tlsPort = tls && config.tls ? await listen(tls, config.tls.port, bind, 'mqtt.tls.port') : undefined
    return { port, tlsPort, close }
  } catch (error) {
    void close()
    throw error
  }
}

function tlsOptions(tls: NonNullable<MqttConfig['tls']>): TlsOptions {
  const read = (file: string, key: string) => {
    try {
      return readFileSync(file)
    } catch (cause) {
      throw new AppError('QLY_CONFIG_INVALID', `mqtt.tls.${key}: cannot read ${file}: ${(cause as Error).message}`, {
        cause,
      })
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

function listen(server: Server, port: number, host: string, key: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new AppError(
              'QLY_PORT_IN_USE',
              `${key}: port ${port} on ${host} is in use; stop the other program or set another port (QLY_MQTT_PORT)`,
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
