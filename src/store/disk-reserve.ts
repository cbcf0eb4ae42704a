/** A file that reserves disk space and is deleted when the disk is full, so that tokens can still be revoked. */
import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const BYTES = 4 * 1024 * 1024
const REST = 1 * 1024 * 1024

/** What a full disk means, for the operator. */
export const diskFull = 'the disk is full: nothing new is accepted, only revocations'

export interface DiskReserve {
  /** False while the disk is full; then only revocations may be added. */
  readonly held: boolean
  /** Whether there is still more space than revocations need. */
  readonly hasRest: boolean
  /** Frees the space. False when that was done before. */
  release(): boolean
  /** Reserves it again, once there is space. */
  restore(): void
}

/** Reserves the space, unless that was done before. `onProblem` is called when the disk becomes full, and when it no longer is. */
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
