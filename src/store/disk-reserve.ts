/** A file that holds back some of the disk, given up when the disk is full, so that tokens can still be revoked. */
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const BYTES = 4 * 1024 * 1024
const REST = BYTES / 4

/** What a full disk means, for the operator. */
export const diskFull = 'the disk is full: nothing new is accepted, only revocations'

export interface DiskReserve {
  /** False while the disk is full: then nothing may be added but what revokes something. */
  readonly held: boolean
  /** Is there still more space than revocations need? */
  readonly hasRest: boolean
  /** Gives the space up. False when that was done before. */
  release(): boolean
  /** Takes it again, once there is space. */
  restore(): void
}

/** Takes the reserve, if it is not there already. `onProblem` hears when the disk becomes full, and when it no longer is. */
export function diskReserve(path: string, onProblem: (problem: string) => void): DiskReserve {
  let held = statSync(path, { throwIfNoEntry: false })?.size === BYTES || take(path)
  if (!held) onProblem(diskFull)
  return {
    get held() {
      return held
    },
    get hasRest() {
      return freeBytes(path) > REST
    },
    release() {
      if (!held) return false
      held = false
      rmSync(path, { force: true })
      onProblem(diskFull)
      return true
    },
    restore() {
      if (held) return
      held = take(path)
      if (held) onProblem('the disk has space again')
    },
  }
}

function take(path: string): boolean {
  if (freeBytes(path) < 2 * BYTES) return false
  try {
    writeFileSync(path, Buffer.alloc(BYTES), { mode: 0o600 })
    return true
  } catch {
    rmSync(path, { force: true })
    return false
  }
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(dirname(path))
  return bavail * bsize
}
