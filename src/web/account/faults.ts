/** What is wrong with each field of a form, in sentences. */
import type { z } from 'zod'

/** By name of the field, which is the last of the path. */
export function faultsOf({ issues }: z.ZodError): Record<string, string> {
  return Object.fromEntries(issues.map(({ path, message }) => [String(path.at(-1)), sentence(message)]))
}

/** Schemas say `must be …`, of whatever field it is. */
function sentence(rule: string): string {
  return /^(must|is) /.test(rule) ? `This ${rule}.` : rule
}
