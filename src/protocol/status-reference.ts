/** Where the status of a credential is — Token Status List §6.2, §8. */
import type { StatusIndex } from './credentials.ts'

/** Below the issuer. */
export const statusListPath = '/status-lists/:id'

export function statusListUri(issuer: string, list: number): string {
  return `${issuer}${statusListPath.replace(':id', String(list))}`
}

/** The claim of a credential. §6.2 */
export function statusOf(issuer: string, { list, index }: StatusIndex): object {
  return { status_list: { idx: index, uri: statusListUri(issuer, list) } }
}
