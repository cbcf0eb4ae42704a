/** Durations as people type them. */
import { InvalidArgumentError } from 'commander'

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 }
const longest = 3650 * 86_400

/** `90s`, `30m`, `24h`, `90d` as seconds, at most ten years; for `Option.argParser`. */
export function duration(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const span = Number(count) * (seconds[unit] ?? Number.NaN)
  if (!(span >= 1 && span <= longest)) throw new InvalidArgumentError('write a duration such as 90s, 30m, 24h or 90d, at most 3650d')
  return span
}
