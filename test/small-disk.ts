/** A disk that a test can fill. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'

export const megabyte = 1024 * 1024

/** A folder on a disk of so many megabytes, where this user may mount one; else an ordinary folder, which `fill` leaves as it is. */
export function smallDisk(t: TestContext, size = 24) {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'))
  const own = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}m`, 'tmpfs', folder]).status === 0
  t.after(() => {
    if (own) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  })
  const filling = join(folder, 'filling')
  return {
    folder,
    own,
    /** Leaves `free` bytes. */
    fill(free: number) {
      if (!own) return
      const file = openSync(filling, 'w')
      try {
        for (;;) writeSync(file, Buffer.alloc(megabyte / 4))
      } catch {
        closeSync(file)
      }
      if (free === 0) return
      const spare = openSync(filling, 'r+')
      closeSync(spare)
      spawnSync('truncate', ['-s', `-${free}`, filling])
    },
    clear: () => rmSync(filling, { force: true }),
  }
}
