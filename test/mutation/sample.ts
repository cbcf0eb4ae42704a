/** Which mutants are tried, and on which tests. */
import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { type Coverage, hits } from './coverage.ts'
import { isProgram, type Mutant, mutantsOf, mutate } from './mutants.ts'
import { type Checkout, isTest, type TestFile } from './sources.ts'

/** A mutant that changes nothing a test could notice. */
export interface Equivalent extends Pick<Mutant, 'file' | 'operator' | 'change'> {
  reason: string
}

/** Of the sources in these folders, in the order of the sources. Throws when one in a folder is named equivalent that is not there. */
export function allMutants(
  { files, textOf }: Pick<Checkout, 'files' | 'textOf'>,
  folders: readonly string[],
  equivalents: readonly Equivalent[],
): Mutant[] {
  const isIn = (file: string) => folders.some((folder) => file === folder || file.startsWith(`${folder}/`))
  const sources = files.filter((file) => file.endsWith('.ts') && !isTest(file) && isIn(file))
  const all = sources.flatMap((file) => mutantsOf(file, textOf(file)))
  const isSame = (one: Omit<Equivalent, 'reason'>) => (other: Omit<Equivalent, 'reason'>) =>
    one.file === other.file && one.operator === other.operator && one.change === other.change
  const gone = equivalents.filter((one) => isIn(one.file) && !all.some(isSame(one)))
  if (gone.length > 0)
    throw new Error(
      `equivalent.json names mutants that are no longer there:\n${gone.map(({ file, change }) => `${file} ${change}`).join('\n')}`,
    )
  return all.filter((mutant) => !equivalents.some(isSame(mutant)))
}

/** The same for the same seed. Every operator gets its turn, however many mutants it makes. `isAllowed`: what it refuses is not drawn. */
export async function sample(
  mutants: readonly Mutant[],
  {
    seed,
    count,
    textOf,
    isAllowed,
  }: { seed: string; count: number; textOf: Checkout['textOf']; isAllowed(mutant: Mutant): Promise<boolean> },
): Promise<Mutant[]> {
  const drawn = mutants.map((mutant) => ({ mutant, lot: lotOf(mutant, seed) })).sort((a, b) => (a.lot < b.lot ? -1 : 1))
  const piles = Object.values(Object.groupBy(drawn, ({ mutant }) => mutant.operator)) as (typeof drawn)[]
  const taken: Mutant[] = []
  for (let n = 0; taken.length < count && piles.some((pile) => pile.length > n); n++)
    for (const { mutant } of piles.flatMap((pile) => pile[n] ?? []))
      if (taken.length < count && isProgram(mutate(mutant, textOf(mutant.file))) && (await isAllowed(mutant))) taken.push(mutant)
  return taken
}

function lotOf({ file, operator, change, start }: Mutant, seed: string): string {
  return createHash('sha256')
    .update(JSON.stringify([seed, file, operator, change, start]))
    .digest('hex')
}

export interface Known {
  test: TestFile
  coverage: Coverage
}

/**
 * The test files that run what is changed, those first that are most about it: the one beside the source, then those in its folder, then
 * the greater part of whose calls is what is changed, or is in the same source. A source that no test loads is tried on those that start it as a program.
 */
export function testsFor(mutant: Mutant, known: readonly Known[]): TestFile[] {
  const beside = mutant.file.replace(/\.ts$/, '.test.ts')
  const closeness = (path: string) => (path === beside ? 2 : dirname(path) === dirname(beside) ? 1 : 0)
  const shareOf = ({ test, coverage }: Known) =>
    closeness(test.path) + (hits(coverage, mutant) + hits(coverage, { file: mutant.file, at: undefined }) / 10) / (coverage.calls || 1)
  const loaded = known.filter(({ coverage }) => mutant.file in coverage.ranges)
  if (loaded.length === 0) return known.filter(({ test }) => test.starts.has(mutant.file)).map(({ test }) => test)
  return loaded
    .filter(({ coverage }) => hits(coverage, mutant) > 0)
    .sort((a, b) => shareOf(b) - shareOf(a))
    .map(({ test }) => test)
}
