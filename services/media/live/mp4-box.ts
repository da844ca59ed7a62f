// The bytes of boxes (ISO/IEC 14496-12 §4.2) and of big-endian numbers. Pure.

export const box = (type: string, ...parts: readonly Buffer[]): Buffer => {
  const size = 8 + parts.reduce((sum, { length }) => sum + length, 0)
  return Buffer.concat([u32(size), Buffer.from(type, 'latin1'), ...parts], size)
}
export const fullBox = (type: string, version: number, flags: number, ...parts: readonly Buffer[]): Buffer =>
  box(type, u32(version * 2 ** 24 + flags), ...parts)

export const u8 = (...values: readonly number[]): Buffer => Buffer.from(values)
export const u16 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(2 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index)
  return bytes
}
export const u32 = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, 4 * index)
  return bytes
}
export const u64 = (value: number): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(value))
  return bytes
}
