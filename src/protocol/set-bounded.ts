/**
 * Sets the value as the latest of the map. Of more than `most`, the oldest tenth is forgotten: one at a time would take long, because the first
 * of a map is looked for past all that was removed.
 */
export function setBounded<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > most) for (const oldest of map.keys().take(Math.ceil(most / 10))) map.delete(oldest)
}
