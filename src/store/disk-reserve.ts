/** A file that keeps some of the disk back: given up when the disk is full, so that tokens can still be taken back. */
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const BYTES = 4 * 1024 * 1024

export interface DiskReserve {
  /** False while the disk is full: then nothing should be added but what takes something back. */
  readonly held: boolean
  /** Gives the space back. False when that was done before. */
  release(): boolean
  /** Takes it again, once there is room. */
  restore(): void
}

/** Takes the reserve, if it is not there already. `onProblem` hears when the disk becomes full, and when it no longer is. */
export function diskReserve(path: string, onProblem: (problem: string) => void): DiskReserve {
  let held = statSync(path, { throwIfNoEntry: false })?.size === BYTES || take(path)
  if (!held) onProblem('the disk is full: nothing new is accepted, only revocations')
  return {
    get held() {
      return held
    },
    release() {
      if (!held) return false
      held = false
      rmSync(path, { force: true })
      onProblem('the disk is full: nothing new is accepted, only revocations')
      return true
    },
    restore() {
      if (held) return
      held = take(path)
      if (held) onProblem('the disk has room again')
    },
  }
}

function take(path: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(path))
  if (bavail * bsize < 2 * BYTES) return false
  try {
    writeFileSync(path, Buffer.alloc(BYTES), { mode: 0o600 })
    return true
  } catch {
    rmSync(path, { force: true })
    return false
  }
}
