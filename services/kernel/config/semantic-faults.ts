// What a schema cannot say: values that contradict each other.
import type { Config } from '../../contracts/config/config.ts'

export interface SemanticFault {
  readonly path: readonly string[]
  readonly message: string
}

/** All contradictions of a configuration that fits the schema. */
export function semanticFaults(config: Config): SemanticFault[] {
  return [...duplicateIds(config), ...engines(config), ...ports(config), ...zones(config), ...time(config)]
}

function duplicateIds(config: Config): SemanticFault[] {
  const faults: SemanticFault[] = []
  const seen = new Map<string, string>()
  const check = (id: string, path: string[]) => {
    const first = seen.get(id)
    if (first)
      faults.push({
        path: [...path, 'id'],
        message: `"${id}" is taken by ${first}; ids of cameras and devices are unique`,
      })
    else seen.set(id, path.join('.'))
  }
  config.cameras.forEach((camera, index) => {
    check(camera.id, ['cameras', String(index)])
    const zoneIds = new Set<string>()
    camera.zones.forEach((zone, zoneIndex) => {
      if (zoneIds.has(zone.id))
        faults.push({
          path: ['cameras', String(index), 'zones', String(zoneIndex), 'id'],
          message: `"${zone.id}" is the id of another zone of this camera`,
        })
      zoneIds.add(zone.id)
    })
  })
  config.devices.forEach((device, index) => {
    if (!config.cameras.some((camera) => camera.id === device.id)) check(device.id, ['devices', String(index)])
  })
  return faults
}

function engines(config: Config): SemanticFault[] {
  const faults: SemanticFault[] = []
  if (config.bus.engine === 'kafka' && config.bus.kafka.brokers.length === 0) {
    faults.push({
      path: ['bus', 'kafka', 'brokers'],
      message: 'bus.engine is kafka: name at least one broker (or set QLY_KAFKA_BROKERS)',
    })
  }
  if (config.timeSeries.engine === 'influxdb' && config.timeSeries.influx.token === '') {
    faults.push({
      path: ['timeSeries', 'influx', 'token'],
      message: 'timeSeries.engine is influxdb: give a token (or set QLY_INFLUX_TOKEN)',
    })
  }
  const s3 = config.objectStore.s3
  if (
    config.objectStore.engine === 's3' &&
    (s3.endpoint === '' || s3.bucket === '' || s3.accessKeyId === '' || s3.secretAccessKey === '')
  ) {
    faults.push({
      path: ['objectStore', 's3'],
      message: 'objectStore.engine is s3: give endpoint, bucket, accessKeyId and secretAccessKey',
    })
  }
  if (config.media.reconnect.maximumMs < config.media.reconnect.initialMs) {
    faults.push({ path: ['media', 'reconnect', 'maximumMs'], message: 'must not be less than initialMs' })
  }
  return faults
}

function ports(config: Config): SemanticFault[] {
  const faults: SemanticFault[] = []
  const named: [string[], number][] = [
    [['http', 'port'], config.http.port],
    [['mqtt', 'port'], config.mqtt.url ? 0 : config.mqtt.port],
    [['rtsp', 'port'], config.rtsp.port],
    ...(config.rtsp.tls ? [[['rtsp', 'tls', 'port'], config.rtsp.tls.port] satisfies [string[], number]] : []),
    ...(config.mqtt.tls ? [[['mqtt', 'tls', 'port'], config.mqtt.tls.port] satisfies [string[], number]] : []),
  ]
  const seen = new Map<number, string>()
  for (const [path, port] of named) {
    if (port === 0) continue
    const first = seen.get(port)
    if (first) faults.push({ path, message: `port ${port} is also ${first}` })
    else seen.set(port, path.join('.'))
  }
  return faults
}

function zones(config: Config): SemanticFault[] {
  return config.cameras.flatMap((camera, index) =>
    camera.zones.flatMap((zone, zoneIndex) =>
      Math.abs(area(zone.polygon)) < 1e-5
        ? [
            {
              path: ['cameras', String(index), 'zones', String(zoneIndex), 'polygon'],
              message: 'the polygon has no area',
            },
          ]
        : [],
    ),
  )
}

/** Signed area of a polygon in fractions of the frame (shoelace formula). */
function area(polygon: readonly (readonly [number, number])[]): number {
  return polygon.reduce((sum, [x, y], index) => {
    const [nextX, nextY] = polygon[(index + 1) % polygon.length] ?? [x, y]
    return sum + (x * nextY - nextX * y) / 2
  }, 0)
}

function time(config: Config): SemanticFault[] {
  try {
    new Intl.DateTimeFormat('en', { timeZone: config.timezone })
    return []
  } catch {
    return [{ path: ['timezone'], message: `"${config.timezone}" is no IANA time zone, e.g. Asia/Shanghai` }]
  }
}
