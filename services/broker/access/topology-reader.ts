// Reads which sub-devices a DJI gateway names in update_topo, as far as the broker needs it for topic rights; ingest reads it whole.

/** Serial numbers, or undefined where the message is another or cannot be read. At most 64. */
export function readSubDevices(payload: Buffer): readonly string[] | undefined {
  if (payload.length > 65_536) return undefined
  try {
    const { method, data } = JSON.parse(payload.toString('utf8')) as {
      method?: unknown
      data?: { sub_devices?: unknown }
    }
    if (method !== undefined && method !== 'update_topo') return undefined
    const listed = data?.sub_devices ?? []
    if (!Array.isArray(listed)) return undefined
    return listed
      .slice(0, 64)
      .map((device: unknown) => (device as { sn?: unknown } | null)?.sn)
      .filter((sn): sn is string => typeof sn === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(sn))
  } catch {
    return undefined
  }
}
