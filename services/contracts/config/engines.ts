// Config: the engines under the ports: bus, time series, database, object store, and the network faces.
import { type Static, Type } from 'typebox'
import { Identifier } from '../identifiers.ts'

const Port = (value: number) =>
  Type.Integer({ default: value, minimum: 0, maximum: 65_535, description: '0: any free port' })
const section = { additionalProperties: false, default: {} } as const

export const HttpConfig = Type.Object(
  {
    port: Port(8080),
    bodyLimitBytes: Type.Integer({ default: 1_048_576, minimum: 1024, maximum: 104_857_600 }),
    requestsPerMinute: Type.Integer({ default: 600, minimum: 1, description: 'per client address' }),
    loginsPerMinute: Type.Integer({ default: 10, minimum: 1, description: 'per client address' }),
    adminToken: Type.Optional(Type.String({ minLength: 16, maxLength: 512, description: 'also QLY_ADMIN_TOKEN' })),
    tls: Type.Optional(
      Type.Object({ certificate: Type.String(), key: Type.String() }, { additionalProperties: false }),
    ),
  },
  section,
)
export type HttpConfig = Static<typeof HttpConfig>

export const MqttConfig = Type.Object(
  {
    port: Port(1883),
    url: Type.Optional(
      Type.String({
        pattern: '^(mqtts?|wss?|tcp|tls|ssl)://',
        description: 'an external broker instead of ours; also QLY_MQTT_URL',
      }),
    ),
    tls: Type.Optional(
      Type.Object(
        {
          port: Port(8883),
          certificate: Type.String(),
          key: Type.String(),
          certificateAuthority: Type.Optional(Type.String()),
        },
        { additionalProperties: false },
      ),
    ),
    maximumPayloadBytes: Type.Integer({ default: 4_194_304, minimum: 1024, maximum: 67_108_864 }),
    maximumClients: Type.Integer({ default: 5000, minimum: 1 }),
    subscribers: Type.Array(
      Type.Object(
        { name: Identifier, password: Type.String({ minLength: 8, maxLength: 256 }) },
        { additionalProperties: false },
      ),
      { default: [], maxItems: 1000, description: 'who may read qly/v1/events/# on our broker' },
    ),
    publishFrames: Type.Boolean({ default: false, description: 'every analysed frame goes out on MQTT as well' }),
    publishReadings: Type.Boolean({ default: false, description: 'every reading goes out on MQTT as well' }),
    failedLoginsPerMinute: Type.Integer({ default: 20, minimum: 1, description: 'per client address' }),
    maximumQueueBytes: Type.Integer({
      default: 16_777_216,
      minimum: 65_536,
      description:
        'what may wait for one slow client; above half of it QoS 0 is dropped, above all of it the client is disconnected',
    }),
    maximumQueueMessages: Type.Integer({
      default: 10_000,
      minimum: 1,
      description: 'QoS 1 messages kept for one client that does not acknowledge or is away with a kept session',
    }),
    maximumInflightBytes: Type.Integer({
      default: 67_108_864,
      minimum: 1_048_576,
      description: 'taken from devices and not durable yet, in all; above it the broker reads no more',
    }),
    durableWithinSeconds: Type.Number({
      default: 30,
      minimum: 0.1,
      maximum: 600,
      description:
        'a message that the bus does not take for so long disconnects its client unacknowledged, so that it sends it again',
    }),
    external: Type.Object(
      {
        clientId: Type.String({
          default: 'qianliyan',
          pattern: '^[A-Za-z0-9_-]{1,64}$',
          description:
            'session name at the external broker; one of its own for each process: two with one name take the session from each other',
        }),
        username: Type.Optional(Type.String({ maxLength: 256 })),
        password: Type.Optional(Type.String({ maxLength: 256 })),
        group: Type.String({
          default: '',
          pattern: '^[A-Za-z0-9_-]{0,64}$',
          description:
            'empty: one ingest process, nothing is lost over a restart of the broker; a name: several processes share the messages by a shared subscription, which Mosquitto forgets over its restart',
        }),
        protocol: Type.Enum(['3.1.1', '5'], { default: '5' }),
        keepaliveSeconds: Type.Integer({ default: 30, minimum: 5, maximum: 3600 }),
        sessionExpirySeconds: Type.Integer({ default: 86_400, minimum: 60, maximum: 4_294_967_294 }),
        maximumInflight: Type.Integer({ default: 1000, minimum: 1, maximum: 65_535 }),
        certificateAuthority: Type.Optional(Type.String({ description: 'PEM file, for mqtts' })),
      },
      section,
    ),
  },
  section,
)
export type MqttConfig = Static<typeof MqttConfig>

export const RtspConfig = Type.Object(
  {
    port: Port(8554),
    advertise: Type.Optional(
      Type.String({
        pattern: '^([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.]+\\])(:[0-9]{1,5})?$',
        description:
          'host or host:port at which other processes of the deployment reach this RTSP server, for live view where api is a process of its own; default: bind (the host name, where that is every address) and the port',
      }),
    ),
    tls: Type.Optional(
      Type.Object(
        {
          port: Port(8322),
          certificate: Type.String({ description: 'PEM file' }),
          key: Type.String({ description: 'PEM file' }),
          certificateAuthority: Type.Optional(
            Type.String({ description: 'PEM file; clients need a certificate that it signed' }),
          ),
        },
        { additionalProperties: false, description: 'rtsps://, beside the plain port' },
      ),
    ),
    udp: Type.Object(
      {
        enabled: Type.Boolean({ default: true, description: 'serve players over UDP; publishers use the connection' }),
        port: Type.Integer({
          default: 0,
          minimum: 0,
          maximum: 65_534,
          description: 'RTP is sent from this port, RTCP from the next one; 0: any free pair',
        }),
      },
      section,
    ),
    failedLoginsPerMinute: Type.Integer({ default: 20, minimum: 1, description: 'per client address' }),
    maximumSessions: Type.Integer({ default: 256, minimum: 1, description: 'connections of publishers and players' }),
    idleSeconds: Type.Number({
      default: 60,
      minimum: 1,
      description: 'a connection without any traffic for this long is closed',
    }),
    playerQueueBytes: Type.Integer({
      default: 4_194_304,
      minimum: 65_536,
      description: 'a player that lags behind by more than this is dropped',
    }),
    groupCacheBytes: Type.Integer({
      default: 8_388_608,
      minimum: 0,
      description: 'packets kept a stream since its last key frame, for players that come late',
    }),
  },
  section,
)
export type RtspConfig = Static<typeof RtspConfig>

export const BusConfig = Type.Object(
  {
    engine: Type.Enum(['embedded', 'kafka'], { default: 'embedded' }),
    retentionCheckSeconds: Type.Number({ default: 60, minimum: 1 }),
    frameMinutes: Type.Integer({
      default: 60,
      minimum: 1,
      maximum: 1440,
      description: 'pictures (qly.frame.v1, qly.look.v1) are kept so long; on Kafka set when the topics are made',
    }),
    kafka: Type.Object(
      {
        brokers: Type.Array(Type.String({ pattern: '^[^:]+:\\d+$' }), {
          default: [],
          description: 'host:port; also QLY_KAFKA_BROKERS, comma-separated',
        }),
        clientId: Type.String({ default: 'qianliyan' }),
        replicationFactor: Type.Integer({ default: 1, minimum: 1, maximum: 15 }),
        sessionTimeoutMs: Type.Integer({
          default: 8000,
          minimum: 6000,
          maximum: 300_000,
          description: 'a dead member is missed after this time',
        }),
        topicPrefix: Type.String({
          default: '',
          pattern: '^[a-zA-Z0-9._-]*$',
          description: 'several deployments on one cluster',
        }),
        ssl: Type.Boolean({ default: false }),
        sasl: Type.Optional(
          Type.Object(
            {
              mechanism: Type.Enum(['plain', 'scram-sha-256', 'scram-sha-512']),
              username: Type.String(),
              password: Type.String(),
            },
            { additionalProperties: false },
          ),
        ),
      },
      section,
    ),
  },
  section,
)
export type BusConfig = Static<typeof BusConfig>

export const TimeSeriesConfig = Type.Object(
  {
    engine: Type.Enum(['embedded', 'influxdb'], { default: 'embedded' }),
    retentionDays: Type.Number({ default: 365, minimum: 1 }),
    influx: Type.Object(
      {
        url: Type.String({ default: 'http://127.0.0.1:8086' }),
        token: Type.String({ default: '' }),
        org: Type.String({ default: 'qianliyan' }),
        bucket: Type.String({ default: 'qianliyan' }),
        batchSize: Type.Integer({
          default: 5000,
          minimum: 1,
          maximum: 50_000,
          description: 'InfluxDB: 5,000 lines is best',
        }),
        retryBufferPoints: Type.Integer({ default: 100_000, minimum: 1000 }),
      },
      section,
    ),
  },
  section,
)
export type TimeSeriesConfig = Static<typeof TimeSeriesConfig>

export const DatabaseConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^postgres(ql)?://',
        description: 'absent: SQLite in the data directory; also QLY_DATABASE_URL',
      }),
    ),
    maximumConnections: Type.Integer({ default: 10, minimum: 1 }),
  },
  section,
)
export type DatabaseConfig = Static<typeof DatabaseConfig>

export const ObjectStoreConfig = Type.Object(
  {
    engine: Type.Enum(['files', 's3'], { default: 'files' }),
    s3: Type.Object(
      {
        endpoint: Type.String({ default: '' }),
        region: Type.String({ default: 'us-east-1' }),
        bucket: Type.String({ default: '' }),
        accessKeyId: Type.String({ default: '' }),
        secretAccessKey: Type.String({ default: '' }),
      },
      section,
    ),
  },
  section,
)
export type ObjectStoreConfig = Static<typeof ObjectStoreConfig>

export const LoggingConfig = Type.Object(
  { level: Type.Enum(['debug', 'info', 'warn', 'error', 'silent'], { default: 'info' }) },
  section,
)
export type LoggingConfig = Static<typeof LoggingConfig>
