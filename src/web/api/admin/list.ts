/** Paging, as in all lists of the administration API. */
import { z } from 'zod'

/** Members of the query. */
export const paging = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('Page size'),
  after: z.string().max(500).optional().describe('`next` of the previous page; absent: the first page'),
}

/** Members of the query of a list by time. */
export const byTime = {
  ...paging,
  after: paging.after
    .unwrap()
    .regex(/^\d{1,12}\../, 'must be the next of the previous page')
    .optional(),
}

/** Members of the query of a list that is read by offset. */
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

/** `next` after so many items from that offset, out of `total`. */
export function nextOf(offset: number, shown: number, total: number): string | null {
  return shown > 0 && offset + shown < total ? String(offset + shown) : null
}

/** The schema of a page. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({
    items: z.array(item),
    next: z.string().nullable().describe('Send it as `after` to get the next page; null: this is the last page'),
  })
}

/** Reads one item more than the page has, to see whether it is the last page. `keyOf`: the `next` of a page that ends with this item. */
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

/** The position after which a list by time continues: a time in seconds, and an id. */
export function positionOf(after: string | undefined): { at: number; id: string } | undefined {
  const found = /^(\d{1,12})\.(.+)$/.exec(after ?? '')
  return found ? { at: Number(found[1]), id: found[2] as string } : undefined
}
