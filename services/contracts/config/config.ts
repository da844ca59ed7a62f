// The configuration file as a whole. Every key but `cameras` has a default; each room's section stands in its own file.
import { type Static, Type } from 'typebox'
import { AlertsConfig } from './alerts.ts'
import { ApiConfig } from './api.ts'
import { CameraConfig, DeviceConfig } from './cameras.ts'
import {
  BusConfig,
  DatabaseConfig,
  HttpConfig,
  LoggingConfig,
  MqttConfig,
  ObjectStoreConfig,
  RtspConfig,
  TimeSeriesConfig,
} from './engines.ts'
import { FootageConfig } from './footage.ts'
import { IngestConfig } from './ingest.ts'
import { LedgerConfig } from './ledger.ts'
import { MediaConfig } from './media.ts'
import { OnvifConfig } from './onvif.ts'
import { RecordingConfig } from './recording.ts'
import { SensingConfig } from './sensing.ts'
import { SimulatorsConfig } from './simulators.ts'
import { TicketsConfig } from './tickets.ts'
import { VisionConfig } from './vision.ts'

/**
 * The roles of a process; all of them in one process is the default. `eyes` is media and vision together; with `vision.frames: bus` they may be
 * processes of their own, `media` and `vision`.
 */
export const roles = [
  'broker',
  'ingest',
  'eyes',
  'media',
  'vision',
  'sensing',
  'alerts',
  'tickets',
  'timeseries',
  'api',
  'simulators',
] as const
export type Role = (typeof roles)[number]

export const Config = Type.Object(
  {
    dataDir: Type.String({
      default: 'data',
      description: 'also QLY_DATA_DIR; relative to where the program is started',
    }),
    secretsKeyFile: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'key under which credentials of cameras and digests of devices are kept; default: secrets.key in dataDir; the same for all processes of a deployment (live view of cameras of another process needs it)',
      }),
    ),
    bind: Type.String({ default: '127.0.0.1', description: 'address to listen on; also QLY_BIND' }),
    timezone: Type.String({
      default: 'Asia/Shanghai',
      description: 'IANA name; working hours, zone hours and day/night limits use it',
    }),
    logging: LoggingConfig,
    http: HttpConfig,
    mqtt: MqttConfig,
    rtsp: RtspConfig,
    bus: BusConfig,
    timeSeries: TimeSeriesConfig,
    database: DatabaseConfig,
    objectStore: ObjectStoreConfig,
    cameras: Type.Array(CameraConfig, { maxItems: 5000 }),
    devices: Type.Array(DeviceConfig, { default: [], maxItems: 50_000 }),
    organisation: Type.String({ default: 'infra/huqiu/organisation.yaml' }),
    ingest: IngestConfig,
    footage: FootageConfig,
    media: MediaConfig,
    onvif: OnvifConfig,
    recording: RecordingConfig,
    vision: VisionConfig,
    sensing: SensingConfig,
    alerts: AlertsConfig,
    tickets: TicketsConfig,
    ledger: LedgerConfig,
    api: ApiConfig,
    simulators: SimulatorsConfig,
  },
  { additionalProperties: false },
)
export type Config = Static<typeof Config>
