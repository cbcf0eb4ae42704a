/** Which variants there are, and in which order they are drawn. */
import { createHash } from 'node:crypto'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../test/mutation/sources.ts'
import { type Variant, variantsOf } from './guards.ts'

/** The rules of the protocol, and what decides beside them: keys, opaque tokens, the HTTP listener, and the acts of single use. */
const sources = [
  'src/protocol/**/*.ts',
  'src/crypto/{jwt,keyring,shared-keys,tokens}.ts',
  'src/web/http/*.ts',
  'src/web/sign-in/*.ts',
  'src/outbound/*.ts',
  'src/store/{access,access-tokens,backchannel-requests,codes,credential-offers,device-codes,endings,flows,grants,issue,issued-credentials,pushed-requests,refresh-tokens,revocations,sessions,used-once}.ts',
]

export function allVariants(): Variant[] {
  const files = globSync(sources, { cwd: root, exclude: ['**/*.test.ts'] }).map((file) => file.replaceAll('\\', '/'))
  return files.toSorted().flatMap((file) => variantsOf(file, sourceOf(file)))
}

export function sourceOf(file: string): string {
  return readFileSync(join(root, file), 'utf8')
}

/** The same for the same seed. Each kind gets its turn. */
export function drawn(variants: readonly Variant[], seed: string, count: number): Variant[] {
  const lots = variants.map((variant) => ({ variant, lot: lotOf(variant, seed) })).toSorted((a, b) => (a.lot < b.lot ? -1 : 1))
  const piles = Object.values(Object.groupBy(lots, ({ variant }) => variant.kind)) as (typeof lots)[]
  const longest = Math.max(0, ...piles.map(({ length }) => length))
  const inTurn = Array.from({ length: longest }, (_, n) => piles.flatMap((pile) => pile[n]?.variant ?? [])).flat()
  return inTurn.slice(0, count)
}

function lotOf({ file, kind, guard, start }: Variant, seed: string): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, file, kind, guard, start]))
    .digest('hex')
}
