/** The JSON body of a request, read within limits. */
import { readJson } from '../../protocol/codec/json.ts'
import { fieldOf, problem } from './problem.ts'

/** The value. Refuses with 400 what is not JSON or exceeds a limit of `readJson`, and names the member. */
export function readJsonBody(text: string): unknown {
  const read = readJson(text)
  if ('value' in read) return read.value
  if (read.member.length === 0) return problem(400, 'invalid_request', `the body ${read.rule}`)
  return problem(400, 'invalid_request', 'the body is not accepted', [{ field: fieldOf(read.member), rule: read.rule }])
}
