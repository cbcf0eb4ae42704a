/** What is wrong with each field of a form, in sentences. */
import type { z } from 'zod'
import { fieldOf } from '../pages/question.ts'

/** By name of the field, which is the last of the path. */
export function fieldErrors({ issues }: z.ZodError): Record<string, string> {
  return Object.fromEntries(issues.map(({ path, message }) => [fieldAt(path), sentence(message)]))
}

function fieldAt(path: readonly PropertyKey[]): string {
  const last = String(path.at(-1))
  return path.at(-2) === 'attributes' ? fieldOf(last) : last
}

/** Schemas say `must be …`, of whatever field it is. */
function sentence(rule: string): string {
  return /^(must|is) /.test(rule) ? `This ${rule}.` : rule
}
