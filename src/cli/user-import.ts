/** `gatehouse users import`: many accounts at once, from a file of this or another server. */
import { type Command, Option } from 'commander'
import type { FirebaseProject } from '../crypto/firebase-scrypt.ts'
import type { AccountDeps } from '../identity/accounts.ts'
import { dryRun, type Imported, importAccount, importSchema, keysOf } from '../identity/import-account.ts'
import { Unavailable } from '../protocol/errors.ts'
import { type AdminFlags, adminCommand, printTable, textOf } from './admin-command.ts'
import { batches } from './import-batches.ts'
import { type Done, withTenant } from './open.ts'
import { checked, misuse, problemsOf, refuse, withIssuesRenamed } from './problems.ts'
import { pieces } from './records.ts'
import type { Terminal } from './terminal.ts'
import { firebaseProject, type UserFormat, userFormats } from './user-formats.ts'

interface ImportFlags extends AdminFlags {
  from: string
  hashConfig?: string
  dryRun?: true
  strict?: true
}

/** A record that was read. */
type Candidate = { where: string; account: Imported } | { where: string; leftOut: string } | { where: string; problem: string }
/** Its outcome. `reason`: why it was left out or refused, for people. */
interface Outcome {
  where: string
  outcome: 'imported' | 'already_there' | 'left_out' | 'refused'
  reason?: string
}

const concurrency = 100

export function userImport(group: Command, terminal: Terminal): void {
  adminCommand(group, 'import <file>', 'import accounts from another server with their passwords; - reads standard input', [
    'gatehouse users import people.jsonl --dry-run',
    'gatehouse users import realm-export.json --from keycloak',
    'gatehouse users import users.json --from firebase --hash-config hash-config.txt',
  ])
    .addOption(new Option('--from <server>', 'the server that wrote the file').choices(Object.keys(userFormats)).default('gatehouse'))
    .option('--hash-config <path>', "Firebase's password hash parameters, as its console shows them")
    .option('--dry-run', 'show what would be done, and change nothing')
    .option('--strict', 'stop at the first record that is refused')
    .action((file: string, flags: ImportFlags) => {
      if (flags.hashConfig !== undefined && flags.from !== 'firebase') misuse('--hash-config is for --from firebase')
      const project = flags.hashConfig === undefined ? undefined : firebaseProject(textOf(flags.hashConfig))
      return withTenant(terminal, flags, async (tenant, done) => {
        const accounts = flags.dryRun ? dryRun(tenant.accounts) : tenant.accounts
        const candidates = understood(terminal, file, userFormats[flags.from] as UserFormat, project)
        const outcomes = importAll(accounts, candidates, flags, flags.dryRun ? async () => {} : done)
        await report(terminal, flags, outcomes)
      })
    })
}

async function* understood(
  terminal: Terminal,
  file: string,
  { records, tell }: UserFormat,
  project: FirebaseProject | undefined,
): AsyncGenerator<Candidate> {
  for await (const { where, value } of records(pieces(terminal, file))) {
    const told = value === undefined ? { problem: 'it is not JSON' } : tell(value, project)
    if (!('account' in told)) yield { where, ...told }
    else yield attempt(where, () => ({ where, account: checked(importSchema, told.account, (path) => path || 'it') }))
  }
}

/** A problem of one record does not end the import. */
function attempt<T>(where: string, work: () => T): T | { where: string; problem: string } {
  try {
    return work()
  } catch (error) {
    return { where, problem: reasonOf(error) }
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Unavailable) throw error
  const problems = problemsOf(error)
  if (!problems) throw error
  return problems.sentences.join('; ')
}

async function* importAll(
  tenant: AccountDeps,
  candidates: AsyncIterable<Candidate>,
  { strict }: ImportFlags,
  done: Done,
): AsyncGenerator<Outcome> {
  const keys = (candidate: Candidate) => ('account' in candidate ? keysOf(candidate.account) : [])
  for await (const batch of batches(candidates, strict ? 1 : concurrency, keys))
    yield* await Promise.all(batch.map((candidate) => importOne(tenant, candidate, done)))
}

async function importOne(tenant: AccountDeps, candidate: Candidate, done: Done): Promise<Outcome> {
  const { where } = candidate
  if ('leftOut' in candidate) return { where, outcome: 'left_out', reason: candidate.leftOut }
  if ('problem' in candidate) return { where, outcome: 'refused', reason: candidate.problem }
  try {
    const made = await withIssuesRenamed((path) => path, importAccount(tenant, candidate.account))
    if (!made) return { where, outcome: 'already_there' }
    await done('user.create', made.subject, { imported: true })
    return { where, outcome: 'imported' }
  } catch (error) {
    return { where, outcome: 'refused', reason: reasonOf(error) }
  }
}

async function report(terminal: Terminal, { json, dryRun, strict }: ImportFlags, outcomes: AsyncIterable<Outcome>): Promise<void> {
  const counts = { imported: 0, already_there: 0, left_out: 0, refused: 0 }
  const problems: { where: string; reason: string | undefined }[] = []
  const broken = await errorOf(async () => {
    for await (const { where, outcome, reason } of outcomes) {
      counts[outcome]++
      if (reason !== undefined && !json) terminal.stderr.write(`${where} is ${outcome.replace('_', ' ')}: ${reason}\n`)
      if (outcome === 'refused' && json) problems.push({ where, reason })
      if (outcome === 'refused' && strict) break
    }
  })
  const rows = Object.entries(counts).map(([outcome, n]) => [outcome.replace('_', ' '), String(n)])
  const value = { dry_run: dryRun === true, ...counts, problems }
  printTable(terminal, json, value, [dryRun ? 'would be' : 'users', 'how many'], rows)
  if (broken) throw broken
  if (counts.refused > 0)
    refuse(
      `${counts.refused} refused${strict ? ', and nothing after' : ''}: correct the file and import it again; existing accounts are not changed`,
    )
}

/** The error of the work, so that what was done before it can be reported first. */
async function errorOf(work: () => Promise<void>): Promise<unknown> {
  try {
    await work()
    return undefined
  } catch (error) {
    return error
  }
}
