/** Errors of form fields, in sentences. */
import type { z } from 'zod'
import { fieldOf } from '../pages/question.ts'

/** By name of the field, the last step of the path. */
export function fieldErrors({ issues }: z.ZodError): Record<string, string> {
  return Object.fromEntries(issues.map(({ path, message }) => [fieldAt(path), sentence(message)]))
}

function fieldAt(path: readonly PropertyKey[]): string {
  const last = String(path.at(-1))
  return path.at(-2) === 'attributes' ? fieldOf(last) : last
}

/** Schemas word a rule as `must be …`, without a subject. */
function sentence(rule: string): string {
  return /^(must|is) /.test(rule) ? `This ${rule}.` : rule
}
