/** Timestamps — RFC 3339. */

export function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}
