/** Parameters as checks write them: absent ones are left out, lists are sent one after the other. */

/** `undefined` leaves a parameter out, also one that would be there without it; a list repeats it. */
export type Params = Readonly<Record<string, string | readonly string[] | undefined>>

/** `application/x-www-form-urlencoded`, in the order given. */
export function encodeForm(params: Params): string {
  const pairs = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one) => [name, one])))
  return new URLSearchParams(pairs as [string, string][]).toString()
}

/** A query added to a URL that may have one already. */
export function withQuery(url: string, params: Params): string {
  const query = encodeForm(params)
  return query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`
}

export const formType = { 'content-type': 'application/x-www-form-urlencoded' } as const
