/** Nodes agree on the time: each sets its clock by that of the database. */
import { type Platform, stopwatch } from './platform.ts'
import { databaseTime } from './store/clock.ts'
import type { Db } from './store/sql.ts'

/** A machine whose clock is off by more is told to its operator. Seconds. */
const tolerated = 60
/** A reading that took longer says too little. Milliseconds. */
const slowestReading = 2000

export interface NodeClock {
  /** What the operator should know of this machine's clock; undefined when it is right. */
  readonly problem: string | undefined
  /** Reads the database's clock and sets this node's by it. */
  follow(): Promise<void>
}

export function nodeClock(db: Db, { setClock, log }: Platform): NodeClock {
  let problem: string | undefined
  return {
    get problem() {
      return problem
    },
    async follow() {
      if (!setClock) return
      const took = stopwatch()
      const time = await databaseTime(db)
      if (time === undefined || took() > slowestReading) return
      const ahead = setClock(time + took() / 2)
      const was = problem
      problem = Math.abs(ahead) > tolerated ? describe(ahead) : undefined
      if (problem !== undefined && was === undefined) log.warn({ seconds: ahead }, problem)
      if (problem === undefined && was !== undefined) log.info('the clock of this machine is right again')
    },
  }
}

function describe(ahead: number): string {
  return `the clock of this machine is ${Math.abs(ahead)} seconds ${ahead > 0 ? 'ahead of' : 'behind'} that of the database, which is used instead: synchronise both (NTP)`
}
