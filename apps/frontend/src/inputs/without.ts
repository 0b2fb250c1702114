/** A record without one of its names; the same record when it has none of that name. */
export function without<Value>(
  record: Readonly<Record<string, Value>>,
  name: string,
): Readonly<Record<string, Value>> {
  if (!Object.hasOwn(record, name)) return record
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))
}
