/** A file that keeps some of the disk back: given up when the disk is full, so that tokens can still be revoked. */
import { rmSync, statSync, writeFileSync } from 'node:fs'

const BYTES = 4 * 1024 * 1024

export interface DiskReserve {
  /** Gives the space back. False when that was done before. */
  release(): boolean
}

/** Takes the reserve, if it is not there already. A disk too full for it is a problem told, not an error. */
export function diskReserve(path: string, onProblem: (problem: string) => void): DiskReserve {
  let held = true
  try {
    if (statSync(path, { throwIfNoEntry: false })?.size !== BYTES) writeFileSync(path, Buffer.alloc(BYTES), { mode: 0o600 })
  } catch {
    rmSync(path, { force: true })
    held = false
    onProblem('the disk is too full to hold a reserve for revocations')
  }
  return {
    release() {
      if (!held) return false
      held = false
      rmSync(path, { force: true })
      onProblem('the disk is full: the reserve was given up; make room and restart')
      return true
    },
  }
}
