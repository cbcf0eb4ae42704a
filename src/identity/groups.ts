/** Groups of people within a tenant: who is in them is told to applications (RFC 7643 §4.2). What a person may do here is a matter of roles, not of groups. */
import { z } from 'zod'
import { text } from '../protocol/text.ts'
import { type Account, foldLogin } from './account.ts'
import type { AccountDeps } from './accounts.ts'

/** A group of people as kept. */
export interface Group {
  /** Random, never reused, never changed. */
  id: string
  /** As shown. Compared folded as logins are, unique in its tenant. */
  name: string
  description: string | undefined
  /** How many there are. */
  members: number
  createdAt: number
  updatedAt: number
}

/** What came of adding members: how many are new, or why nobody was added. */
export type Joined = { added: number } | { unknown: 'group' } | { unknown: 'accounts'; subjects: string[] } | { full: string[] }

/** Each is one atomic act. */
export interface GroupStore {
  /** False when id or name is taken. */
  add(group: Omit<Group, 'members'>): Promise<boolean>
  byId(id: string): Promise<Group | undefined>
  /** By folded name. */
  byName(folded: string): Promise<Group | undefined>
  /** Changes what is given, all at once; a description that is given as undefined is taken away. 'taken' when the name is another's. */
  change(id: string, change: Partial<Pick<Group, 'name' | 'description' | 'updatedAt'>>): Promise<'changed' | 'unknown' | 'taken'>
  /** With its memberships. True when there was one. */
  remove(id: string): Promise<boolean>
  /** Those whose name or description has this part, in any case, in order of name; with how many there are on all pages. */
  search(ask: { search?: string | undefined; offset: number; limit: number }): Promise<{ groups: Group[]; total: number }>
  /** The accounts in a group, in order of user name; with how many there are on all pages. */
  members(id: string, ask: { offset: number; limit: number }): Promise<{ accounts: Account[]; total: number }>
  /** The groups of an account, in order of name. */
  of(subject: string): Promise<Pick<Group, 'id' | 'name'>[]>
  /** Adds all of them or none; `added` are those who were not in it before. `full`: who would be in more than `mostOfPerson` groups. */
  addMembers(act: { id: string; subjects: readonly string[]; maxPerAccount: number }): Promise<Joined>
  /** How many of them were in it. */
  removeMembers(id: string, subjects: readonly string[]): Promise<number>
}

/** A person is in no more groups. */
export const maxGroupsPerAccount = 1000
/** People who can be added or removed by one act. */
export const maxMembersPerRequest = 100

export const groupSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u, 'must be 1 to 100 characters, none of them invisible')
    .describe('Unique in the tenant, in any case; applications are told it'),
  description: text(500).optional().describe('For administrators'),
})
export type NewGroup = z.input<typeof groupSchema>

/** What a change may hold; `description: null` takes it away. */
export const groupChangeSchema = groupSchema.partial().extend({ description: groupSchema.shape.description.nullable() })
export type GroupChange = z.input<typeof groupChangeSchema>

/** What acts on groups take; an `AccountRoom` will do. */
export interface GroupDeps extends Pick<AccountDeps, 'now' | 'id'> {
  store: { groups: GroupStore }
}

/** Makes a group without members. 'taken': another has the name. Throws `ZodError`. */
export async function createGroup({ store, now, id }: GroupDeps, input: NewGroup): Promise<Group | 'taken'> {
  const { name, description } = groupSchema.parse(input)
  const at = now()
  const group = { id: id(), name, description, createdAt: at, updatedAt: at }
  return (await store.groups.add(group)) ? { ...group, members: 0 } : 'taken'
}

/** Changes what is given. 'taken': another group has the name. Tokens tell a new name from then on. Throws `ZodError`. */
export async function changeGroup({ store, now }: GroupDeps, id: string, input: GroupChange): Promise<Group | 'unknown' | 'taken'> {
  const { name, description } = groupChangeSchema.parse(input)
  const outcome = await store.groups.change(id, {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description: description ?? undefined }),
    updatedAt: now(),
  })
  return outcome === 'changed' ? ((await store.groups.byId(id)) ?? 'unknown') : outcome
}

/** With its memberships. False when there is none. */
export async function removeGroup({ store }: GroupDeps, id: string): Promise<boolean> {
  return store.groups.remove(id)
}

/** The group of this id, or else of this name in any case: for those who type. */
export async function findGroup({ store }: GroupDeps, idOrName: string): Promise<Group | undefined> {
  return (await store.groups.byId(idOrName)) ?? store.groups.byName(foldLogin(idOrName))
}

/**
 * Adds accounts to a group, all of them or none. Who is in it already stays. `unknown: 'accounts'`: there are none of these subjects;
 * `full`: the subjects of those who are in as many groups as a person can be. At most `mostMembersAtOnce` subjects.
 */
export async function addMembers({ store }: GroupDeps, id: string, subjects: readonly string[]): Promise<Joined> {
  return store.groups.addMembers({ id, subjects: atMost(subjects), maxPerAccount: maxGroupsPerAccount })
}

/** Removes accounts from a group; who is not in it is passed over. Returns how many were in it; 'unknown' when there is no such group. */
export async function removeMembers({ store }: GroupDeps, id: string, subjects: readonly string[]): Promise<number | 'unknown'> {
  return (await store.groups.byId(id)) ? store.groups.removeMembers(id, atMost(subjects)) : 'unknown'
}

function atMost(subjects: readonly string[]): readonly string[] {
  return z.array(z.string()).max(maxMembersPerRequest, `must be at most ${maxMembersPerRequest}`).parse(subjects)
}
