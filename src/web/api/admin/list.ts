/** What every list of the administration API has in common: a page at a time, each with the way to the next. */
import { z } from 'zod'

/** Members of the query. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('How many at most'),
  after: z.string().max(500).optional().describe('The `next` of the page before; absent: the first page'),
}

/** Members of the query of a list by time. */
export const byTime = {
  ...paging,
  after: paging.after
    .unwrap()
    .regex(/^\d{1,12}\../, 'must be the next of the page before')
    .optional(),
}

/** Members of the query of a list that is counted through. */
export const byOffset = {
  ...paging,
  after: z.coerce
    .number()
    .int()
    .min(0)
    .max(100_000_000)
    .default(0)
    .describe(paging.after.description ?? ''),
}

/** What leads on from so many items behind that offset, out of `total`. */
export function nextOf(offset: number, shown: number, total: number): string | null {
  return shown > 0 && offset + shown < total ? String(offset + shown) : null
}

/** The answer: some items, and what leads to those after them. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Send it as `after` for the next page; null: this is the last'),
  })
}

/** One more than is asked for is read, so that a page knows whether it is the last. `keyOf`: what leads on from an item. */
export async function page<Row, Item>(
  { limit }: { limit: number },
  read: (limit: number) => Promise<readonly Row[]>,
  { keyOf, show }: { keyOf: (row: Row) => string; show: (row: Row) => Item },
): Promise<{ items: Item[]; next: string | null }> {
  const found = await read(limit + 1)
  const rows = found.slice(0, limit)
  return { items: rows.map(show), next: found.length > limit ? keyOf(rows.at(-1) as Row) : null }
}

/** RFC 3339. */
export const time = z.iso.datetime().describe('RFC 3339')

/** Where a list by time goes on: behind something made at that second, with that id. */
export function positionOf(after: string | undefined): { at: number; id: string } | undefined {
  const [, at, id] = /^(\d{1,12})\.(.+)$/.exec(after ?? '') ?? []
  return at === undefined || id === undefined ? undefined : { at: Number(at), id }
}
