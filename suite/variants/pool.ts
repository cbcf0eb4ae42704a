/** Which variants there are, and in which order they are drawn. */
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../test/mutation/sources.ts'
import { type Variant, variantsOf } from './guards.ts'

export function allVariants(): Variant[] {
  const files = globSync('src/{protocol,crypto,web}/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
  const paths = files.map((file) => file.replaceAll('\\', '/')).toSorted()
  return paths.flatMap((file) => {
    const source = sourceOf(file)
    return /refuse|denied\(/.test(source) && source.includes('§') ? variantsOf(file, source) : []
  })
}

export function sourceOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** The same for the same seed. */
export function drawn(variants: readonly Variant[], seed: string, count: number): Variant[] {
  const lots = variants.map((variant) => ({ variant, lot: lotOf(variant, seed) })).toSorted((a, b) => (a.lot < b.lot ? -1 : 1))
  return lots.slice(0, count).map(({ variant }) => variant)
}

function lotOf({ file, kind, guard, start }: Variant, seed: string): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, file, kind, guard, start]))
    .digest('hex')
}
