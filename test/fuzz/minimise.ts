/** Shrinks a request as long as the fault remains, within a bounded number of tries. */
import type { Request } from './http.ts'

const mostTries = 120

/** `fails`: sends a request and says whether it shows the fault. */
export async function minimised(request: Request, fails: (smaller: Request) => Promise<boolean>): Promise<Request> {
  let tries = 0
  const holds = async (smaller: Request) => ++tries <= mostTries && (await fails(smaller))
  if (request.bytes || !(await holds(request))) return request // the fault depends on earlier requests
  let least = request
  for (const one of request.headers) {
    const without = { ...least, headers: least.headers.filter((other) => other !== one) }
    if (await holds(without)) least = without
  }
  const at = least.target.indexOf('?')
  if (at >= 0) {
    const path = least.target.slice(0, at)
    const query = await shortest(least.target.slice(at + 1), (text) => holds({ ...least, target: `${path}?${text}` }))
    least = { ...least, target: `${path}?${query}` }
  }
  if (least.body === undefined) return least
  const body = await shortest(least.body.toString('latin1'), (text) => holds({ ...least, body: Buffer.from(text, 'latin1') }))
  return { ...least, body: Buffer.from(body, 'latin1') }
}

/** Removes ever smaller pieces. */
async function shortest(text: string, holds: (shorter: string) => Promise<boolean>): Promise<string> {
  let least = text
  for (let size = Math.ceil(text.length / 2); size >= 4; size = Math.ceil(size / 2)) {
    for (let at = 0; at < least.length; ) {
      const shorter = least.slice(0, at) + least.slice(at + size)
      if (await holds(shorter)) least = shorter
      else at += size
    }
  }
  return least
}
