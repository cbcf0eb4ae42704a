/** Records of a file in batches that are imported at once. */

/** None stands beside another with a key of its own, such as a name or an address: so the first of them wins, always. */
export async function* batches<T>(
  records: AsyncIterable<T>,
  size: number,
  keysOf: (record: T) => readonly string[],
): AsyncGenerator<readonly T[]> {
  let batch: T[] = []
  let keys = new Set<string>()
  try {
    for await (const record of records) {
      const own = keysOf(record)
      if (batch.length === size || own.some((key) => keys.has(key))) {
        yield batch
        batch = []
        keys = new Set()
      }
      batch.push(record)
      for (const key of own) keys.add(key)
    }
  } catch (error) {
    yield batch // what came before the file ended early
    throw error
  }
  yield batch
}
