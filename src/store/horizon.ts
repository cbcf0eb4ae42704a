/**
 * Until when what has expired may be deleted. A clock that is wrong for a while must not delete what is needed once it is right again: a
 * revocation that is gone brings its tokens back. So the horizon follows the clock, but never more than four times as fast as time passes on
 * this machine. Where it was is stored, so that a restart under a wrong clock gains nothing.
 */
import { type Db, sql } from './sql.ts'

const FASTEST = 4

export interface Horizon {
  /** The time up to which the clock can be believed, in seconds since the epoch; never after `now`. */
  advance(now: number): Promise<number>
}

/** `elapsed`: seconds that pass evenly, whatever happens to the clock. */
export function horizon(db: Db, elapsed: () => number): Horizon {
  let last: { at: number; reached: number } | undefined
  return {
    async advance(now) {
      const at = elapsed()
      last ??= { at, reached: (await storedHorizon(db)) || now }
      const believed = Math.floor(last.reached + FASTEST * (at - last.at))
      const reached = Math.max(last.reached, Math.min(now, believed))
      await store(db, reached)
      last = { at, reached }
      return Math.min(now, reached)
    },
  }
}

/** 0: nothing has been swept yet. */
async function storedHorizon(db: Db): Promise<number> {
  const [row] = await db.read(sql`select reached from sweep_horizon`)
  return (row?.['reached'] as number | undefined) ?? 0
}

/** Adds nothing where the row is there already, so that a full disk does not keep expired rows from being deleted. */
async function store(db: Db, reached: number): Promise<void> {
  const rows = await db.write(sql`
    update sweep_horizon set reached = case when reached < ${reached} then ${reached} else reached end returning reached`)
  if (rows.length === 0) await db.write(sql`insert into sweep_horizon (singleton, reached) values (1, ${reached}) on conflict do nothing`)
}
