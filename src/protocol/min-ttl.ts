/** How long a token of another provider is to last at least, as a request may ask: `min_ttl`, a parameter of ours. */

/** In seconds: a longer time would be a refresh with each request. */
const longest = 3600

/** `minTtl` undefined: as long as usual. The whole is undefined when the text is none from 1 to 3600. */
export function readMinTtl(text: string | undefined): { minTtl: number | undefined } | undefined {
  if (text === undefined) return { minTtl: undefined }
  const seconds = /^\d{1,4}$/.test(text) ? Number(text) : 0
  return seconds >= 1 && seconds <= longest ? { minTtl: seconds } : undefined
}
