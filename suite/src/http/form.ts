/** Encoding of request parameters. */

/** `undefined` removes a parameter, including a default; an array repeats it. */
export type Params = Readonly<Record<string, string | readonly string[] | undefined>>

/** `application/x-www-form-urlencoded`, in the order given. */
export function encodeForm(params: Params): string {
  const pairs = Object.entries(params).flatMap(([name, value]) => (value === undefined ? [] : [value].flat().map((one) => [name, one])))
  return new URLSearchParams(pairs as [string, string][]).toString()
}

/** Adds a query to a URL that may already have one. */
export function withQuery(url: string, params: Params): string {
  const query = encodeForm(params)
  return query === '' ? url : `${url}${url.includes('?') ? '&' : '?'}${query}`
}

export const formType = { 'content-type': 'application/x-www-form-urlencoded' } as const
