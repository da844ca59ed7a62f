// Config: what ingest takes from devices.
import { type Static, Type } from 'typebox'

export const IngestConfig = Type.Object(
  {
    maxClockSkewSeconds: Type.Number({
      default: 300,
      minimum: 1,
      description: 'event time further than this from receive time is flagged',
    }),
    duplicateWindowHours: Type.Number({
      default: 24,
      minimum: 0.01,
      description: 'how long (source, id) pairs are remembered',
    }),
    maximumDuplicates: Type.Integer({
      default: 1_000_000,
      minimum: 1000,
      maximum: 50_000_000,
      description: 'how many (source, id) pairs are remembered at least; the oldest go first (32 bytes each)',
    }),
    maximumQueuedMessages: Type.Integer({
      default: 50_000,
      minimum: 100,
      description:
        'taken and not durable yet; above it QoS 0 messages are dropped and counted, others wait unacknowledged',
    }),
    dji: Type.Object(
      {
        storage: Type.Optional(
          Type.Object(
            {
              provider: Type.Enum(['ali', 'aws', 'minio']),
              endpoint: Type.String(),
              region: Type.String(),
              bucket: Type.String(),
              objectKeyPrefix: Type.String({ default: 'dji' }),
              accessKeyId: Type.String(),
              accessKeySecret: Type.String(),
              securityToken: Type.String({ default: '' }),
              expireSeconds: Type.Integer({ default: 3600, minimum: 60 }),
            },
            {
              additionalProperties: false,
              description:
                'answer to storage_config_get; give a key that can only write below objectKeyPrefix. Absent: refused with an error code',
            },
          ),
        ),
        product: Type.Optional(
          Type.Object(
            {
              ntpServerHost: Type.String(),
              ntpServerPort: Type.Integer({ default: 123, minimum: 1, maximum: 65_535 }),
              appId: Type.String(),
              appKey: Type.String(),
              appLicense: Type.String(),
            },
            { additionalProperties: false, description: 'answer to the request `config` of a dock' },
          ),
        ),
        organisation: Type.Optional(
          Type.Object(
            {
              id: Type.String({ minLength: 1 }),
              name: Type.String({ minLength: 1 }),
              bindingCode: Type.String({ minLength: 4 }),
            },
            { additionalProperties: false, description: 'answers to airport_organization_get and _bind' },
          ),
        ),
      },
      { additionalProperties: false, default: {} },
    ),
  },
  { additionalProperties: false, default: {} },
)
export type IngestConfig = Static<typeof IngestConfig>
