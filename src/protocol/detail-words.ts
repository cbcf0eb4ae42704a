/** What authorization details allow, in the words of their types — RFC 9396 §3. */
import { isJsonObject } from './codec/json.ts'
import type { DetailType } from './resource.ts'

/** What a person is shown of a detail. */
export interface DetailWords {
  /** The words of its type, or the type where no API declares it any more. */
  title: string
  /** Name of the API. */
  api: string | undefined
  lines: readonly (readonly [name: string, value: string])[]
}

export function describeDetail(types: readonly DetailType[], detail: Readonly<Record<string, unknown>>): DetailWords {
  const { type, ...members } = detail
  const declared = types.find(({ name }) => name === type)
  return { title: declared?.description ?? String(type), api: declared?.apiName, lines: declared?.lines?.(detail) ?? linesOf(members, '') }
}

/** Each value with the names that lead to it. */
function linesOf(value: unknown, path: string): DetailWords['lines'] {
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return [[path, value.join(', ')]]
  if (!isJsonObject(value) && !Array.isArray(value)) return [[path, String(value)]]
  return Object.entries(value).flatMap(([name, inner]) => linesOf(inner, path === '' ? name : `${path}.${name}`))
}
