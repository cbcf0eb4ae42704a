/**
 * The time before which expired rows may be deleted. A clock that is wrong for a while must not delete what is needed once it is right again: a
 * deleted revocation would make its tokens valid again. So the horizon follows the clock, but never more than four times as fast as time passes on
 * this machine. It is stored, so that a restart with a wrong clock does not advance it.
 */
import { type Db, sql } from './sql.ts'

const FASTEST = 4

export interface Horizon {
  /** The time up to which the clock is trusted, in seconds since the epoch; never after `now`. */
  advance(now: number): Promise<number>
}

/** `elapsed`: monotonic seconds. */
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
