/** Ids that are not secret. */
import type { Platform } from './platform.ts'

/** 128 random bits, for ids that are not secret. None begins with a hyphen, which a command line would take for an option. */
export function randomId(random: Platform['random']): string {
  const id = random(16).toString('base64url')
  return id.startsWith('-') ? randomId(random) : id
}
