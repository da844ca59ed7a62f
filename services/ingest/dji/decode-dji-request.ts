// `thing/product/{sn}/requests`: a dock or remote controller asks the cloud for something. Every request gets an answer: what config says, an
// empty list where we have none, or an error code; firmware waits for some of them before it lets an aircraft take off.
import type { Config } from '../../contracts/config/config.ts'
import { type Decoded, unreadable } from '../decoding/decoded.ts'
import { isObject, type JsonObject } from '../decoding/read-json.ts'
import { answerTo, type DjiContext, readEnvelope } from './dji-envelope.ts'

type Dji = Config['ingest']['dji']

export interface DjiRequestContext extends DjiContext {
  readonly settings: Dji
}

/**
 * DJI documents results only as "0 is ok, non-zero is an error". Ours: the HTTP status that says the same thing, which none of its own
 * six-digit codes can be taken for.
 */
export const requestErrors = { notConfigured: 501, unknownMethod: 404, invalid: 400 } as const

/** Bytes → an answer on requests_reply. No event: a request changes nothing, and some hold binding codes. */
export function decodeDjiRequest(context: DjiRequestContext): Decoded {
  const envelope = readEnvelope(context)
  if ('outcome' in envelope) return envelope
  if (envelope.method === undefined)
    return unreadable('a request without "method" cannot be answered', context.deviceId)
  const data = answerFor(envelope.method, envelope.data, context.settings)
  const topic = `thing/product/${context.deviceId}/requests_reply`
  return { outcome: 'taken', events: [], answers: [answerTo(topic, envelope, data, context.receivedAt)] }
}

const failed = (result: number): JsonObject => ({ result })
const done = (output: JsonObject): JsonObject => ({ result: 0, output })

function answerFor(method: string, data: JsonObject, settings: Dji): JsonObject {
  switch (method) {
    case 'storage_config_get':
      return settings.storage ? done(storage(settings.storage)) : failed(requestErrors.notConfigured)
    case 'config':
      return settings.product ? product(settings.product) : failed(requestErrors.notConfigured)
    case 'flight_areas_get':
      return done({ files: [] })
    case 'offline_map_get':
      return done({ offline_map_enable: false, files: [] })
    case 'airport_bind_status':
      return bindStatus(data, settings.organisation)
    case 'airport_organization_get':
      return settings.organisation && matches(data, settings.organisation)
        ? done({ organization_name: settings.organisation.name })
        : failed(settings.organisation ? requestErrors.invalid : requestErrors.notConfigured)
    case 'airport_organization_bind':
      return bind(data, settings.organisation)
    default:
      return failed(requestErrors.unknownMethod)
  }
}

function storage(settings: NonNullable<Dji['storage']>): JsonObject {
  return {
    bucket: settings.bucket,
    endpoint: settings.endpoint,
    provider: settings.provider,
    region: settings.region,
    object_key_prefix: settings.objectKeyPrefix,
    credentials: {
      access_key_id: settings.accessKeyId,
      access_key_secret: settings.accessKeySecret,
      security_token: settings.securityToken,
      expire: settings.expireSeconds,
    },
  }
}

/** DJI answers `config` with the fields themselves, without result and output. */
function product(settings: NonNullable<Dji['product']>): JsonObject {
  return {
    ntp_server_host: settings.ntpServerHost,
    ntp_server_port: settings.ntpServerPort,
    app_id: settings.appId,
    app_key: settings.appKey,
    app_license: settings.appLicense,
  }
}

/** A device that has logged in here is bound: its registration is the binding. */
function bindStatus(data: JsonObject, organisation: Dji['organisation']): JsonObject {
  const devices = Array.isArray(data.devices) ? (data.devices as unknown[]).filter(isObject).slice(0, 16) : []
  if (devices.length === 0) return failed(requestErrors.invalid)
  if (!organisation) return failed(requestErrors.notConfigured)
  return done({
    bind_status: devices.map((device) => ({
      sn: device.sn,
      is_device_bind_organization: true,
      organization_id: organisation.id,
      organization_name: organisation.name,
      device_callsign: device.sn,
    })),
  })
}

function bind(data: JsonObject, organisation: Dji['organisation']): JsonObject {
  if (!organisation) return failed(requestErrors.notConfigured)
  const devices = Array.isArray(data.bind_devices) ? (data.bind_devices as unknown[]).filter(isObject).slice(0, 16) : []
  if (devices.length === 0) return failed(requestErrors.invalid)
  return done({
    err_infos: devices.map((device) => ({
      sn: device.sn,
      err_code: matches(device, organisation) ? 0 : requestErrors.invalid,
    })),
  })
}

function matches(data: JsonObject, organisation: NonNullable<Dji['organisation']>): boolean {
  return data.organization_id === organisation.id && data.device_binding_code === organisation.bindingCode
}
