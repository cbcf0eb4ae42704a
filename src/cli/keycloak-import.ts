/** Brings the users of a planned Keycloak realm to a tenant. */
import { foldName } from '../identity/account.ts'
import { type AccountDeps, LoginTaken } from '../identity/accounts.ts'
import { type Belongings, dryRun, importAccount, keysOf } from '../identity/import-account.ts'
import { Unavailable } from '../protocol/errors.ts'
import { replaceMembers } from '../protocol/replace-members.ts'
import type { Tenant } from '../tenant.ts'
import { batches } from './import-batches.ts'
import type { Note } from './keycloak-attributes.ts'
import type { RealmPlan } from './keycloak-plan.ts'
import { usersIn } from './keycloak-realm.ts'
import { type ReadUser, userOf } from './keycloak-users.ts'
import type { Done } from './open.ts'
import { problemsOf, withIssuesRenamed } from './problems.ts'
import type { Terminal } from './terminal.ts'

/** Counted while they are brought, so that an import which stops says where. */
export interface Counts {
  imported: number
  already_there: number
  left_out: number
  refused: number
}

export interface UserImport {
  counts: Counts
  notes: Note[]
}

const concurrency = 50
type Person = Extract<ReadUser, { account: unknown }>

/** `done`: undefined for a dry run, which changes nothing. */
export async function importUsers(
  terminal: Terminal,
  files: readonly string[],
  { tenant, plan, done }: { tenant: Tenant; plan: RealmPlan; done: Done | undefined },
  { counts, notes }: UserImport,
): Promise<void> {
  const accounts = done ? tenant.accounts : rehearsal(tenant, plan)
  const groups = done ? await groupIds(tenant, plan) : new Map<string, string>()
  const keys = (user: ReadUser) => ('account' in user ? keysOf(user.account) : [])
  for await (const batch of batches(readUsers(terminal, files, plan), concurrency, keys)) {
    const outcomes = await Promise.all(batch.map((user) => importUser({ accounts, tenant, groups, done }, user)))
    for (const { outcome, notes: own } of outcomes) {
      counts[outcome]++
      notes.push(...own)
    }
  }
}

async function* readUsers(terminal: Terminal, files: readonly string[], plan: RealmPlan): AsyncGenerator<ReadUser> {
  for await (const user of usersIn(terminal, files)) yield userOf(user, plan)
}

/** As if the attributes were defined already. */
function rehearsal({ accounts }: Tenant, { newAttributes }: RealmPlan): AccountDeps {
  const { store } = accounts
  const list = async () => [...(await store.attributes.list()), ...newAttributes]
  return dryRun({ ...accounts, store: replaceMembers(store, { attributes: { ...store.attributes, list } }) })
}

async function groupIds({ store }: Tenant, { groups }: RealmPlan): Promise<Map<string, string>> {
  const ids = new Map<string, string>()
  for (const name of groups.names.values()) {
    const group = await store.groups.byName(foldName(name))
    if (group) ids.set(name, group.id)
  }
  return ids
}

interface Import {
  accounts: AccountDeps
  tenant: Tenant
  groups: ReadonlyMap<string, string>
  done: Done | undefined
}
type Outcome = { outcome: keyof Counts; notes: Note[] }

async function importUser(act: Import, user: ReadUser): Promise<Outcome> {
  const of = `user ${user.name}`
  if ('leftOut' in user) return { outcome: 'left_out', notes: [{ of, detail: user.leftOut }] }
  if ('problem' in user) return { outcome: 'refused', notes: [{ of, detail: `refused: ${user.problem}` }] }
  const noted = (details: readonly string[]) => details.map((detail) => ({ of, detail }))
  try {
    const { made, notes } = await bring(act, user)
    return made ? { outcome: 'imported', notes: noted(notes) } : { outcome: 'already_there', notes: [] }
  } catch (error) {
    if (error instanceof Unavailable) throw error
    const problems = problemsOf(error)
    if (problems?.status !== 1) throw error
    return { outcome: 'refused', notes: noted([...user.notes, `refused: ${problems.sentences.join('; ')}`]) }
  }
}

/** Where another account has the email address, the person comes without it. */
async function bring(act: Import, user: Person): Promise<{ made: boolean; notes: readonly string[] }> {
  try {
    return { made: await bringWhole(act, user), notes: user.notes }
  } catch (error) {
    if (!(error instanceof LoginTaken) || user.account.email === undefined) throw error
    const { email: _, ...account } = user.account
    const { email_verified: __, ...claims } = account.claims
    const made = await bringWhole(act, { ...user, account: { ...account, claims } })
    return { made, notes: [...user.notes, 'email: another account has it'] }
  }
}

async function bringWhole({ accounts, tenant, groups, done }: Import, { account, groups: names, totp }: Person): Promise<boolean> {
  const sealTotp = totp && ((subject: string) => tenant.signIn.factorCrypto.adopt(subject, totp))
  const belongings: Belongings = { groups: names.flatMap((name) => groups.get(name) ?? []), sealTotp }
  const made = await withIssuesRenamed((path) => path, importAccount(accounts, account, belongings))
  if (made) await done?.('user.create', made.subject, { imported: true })
  return made !== undefined
}
