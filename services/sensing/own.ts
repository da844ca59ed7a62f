// Looks up what a record itself holds: names and ids come from outside, and `constructor` is a fair name for a device.

export function own<Value>(record: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
