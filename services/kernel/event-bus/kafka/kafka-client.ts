// One kafkajs client from the configuration, its log in ours, and short-lived admin connections.
import type { Admin, Kafka as KafkaClient, KafkaConfig, LogEntry, SASLOptions } from 'kafkajs'
import type { BusConfig } from '../../../contracts/config/engines.ts'
import { AppError } from '../../../contracts/errors.ts'
import type { Logger } from '../../logging/logger.ts'
import { Kafka, logLevel } from './kafkajs.ts'

export type KafkaBusConfig = BusConfig['kafka'] & { readonly frameMinutes?: number }

/** Attempts inside kafkajs for one call: about 4 s in all; above it stand our own loops, which never give up in silence. */
export const clientRetry = { initialRetryTime: 100, multiplier: 2, maxRetryTime: 1500, retries: 5 } as const

export function createKafkaClient(config: KafkaBusConfig, logger: Logger): KafkaClient {
  const settings: KafkaConfig = {
    brokers: config.brokers,
    clientId: config.clientId,
    connectionTimeout: 3000,
    requestTimeout: 15_000,
    retry: clientRetry,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => writeLog(logger, entry),
    ssl: config.ssl,
    ...(config.sasl ? { sasl: config.sasl as SASLOptions } : {}),
  }
  return new Kafka(settings)
}

/** kafkajs calls everything that it will try again an error; what matters is told by our own loops. */
function writeLog(logger: Logger, { namespace, log: { message, broker, error } }: LogEntry): void {
  logger.debug({ kafkajs: namespace, broker, error }, message)
}

/** Runs work with an admin connection of its own. Throws QLY_BUS_UNAVAILABLE if the cluster does not answer. */
export async function withAdmin<Result>(kafka: KafkaClient, work: (admin: Admin) => Promise<Result>): Promise<Result> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    return await work(admin)
  } catch (error) {
    throw asKafkaError(error)
  } finally {
    await admin.disconnect().catch(() => {})
  }
}

/** What kafkajs threw, as QLY_BUS_UNAVAILABLE. */
export function asKafkaError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new AppError('QLY_BUS_UNAVAILABLE', `Kafka: ${message}`, { cause: thrown })
}
