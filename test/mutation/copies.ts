/** Copies of the checkout in a temporary folder, in which sources can be changed and tests run; the checkout itself is never written. */
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { root } from './sources.ts'

export interface Copy {
  path: string
  /** Its own folder for temporary files. */
  temporary: string
  write(file: string, text: string): void
  /** Throws away what tests have left in `temporary`. */
  tidy(): void
}

export function makeCopies(count: number, files: readonly string[]): { copies: Copy[]; folder: string; remove(): void } {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'gatehouse-mutation-'))
  const copies = Array.from({ length: count }, (_, n) => makeCopy(join(folder, String(n)), files))
  return { copies, folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) }
}

function makeCopy(home: string, files: readonly string[]): Copy {
  const path = join(home, 'checkout')
  for (const file of files) {
    mkdirSync(dirname(join(path, file)), { recursive: true })
    copyFileSync(join(root, file), join(path, file))
  }
  linkPackages(join(root, 'node_modules'), join(path, 'node_modules'))
  const temporary = join(home, 'tmp')
  mkdirSync(temporary)
  return {
    path,
    temporary,
    write: (file, text) => writeFileSync(join(path, file), text),
    tidy() {
      for (const name of readdirSync(temporary)) rmSync(join(temporary, name), { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** Each package, but for our own, which are in the copy. */
function linkPackages(from: string, to: string): void {
  mkdirSync(to)
  for (const name of readdirSync(from)) {
    const source = join(from, name)
    if (name.startsWith('@')) linkPackages(source, join(to, name))
    else symlinkSync(lstatSync(source).isSymbolicLink() ? readlinkSync(source) : source, join(to, name))
  }
}
