/** Groups of accounts within a tenant. Applications learn memberships (RFC 7643 §4.2); permissions at this server depend on roles, not groups. */
import { z } from 'zod'
import { text } from '../protocol/text.ts'
import { type Account, foldName } from './account.ts'

/** A group. */
export interface Group {
  /** Random, never reused, never changed. */
  id: string
  /** As displayed. Compared folded as logins are, unique in its tenant. */
  name: string
  description: string | undefined
  /** Number of members. */
  members: number
  createdAt: number
  updatedAt: number
}

/** The result of adding members: how many are new, or why none was added. */
export type Joined = { added: number } | { unknown: 'group' } | { unknown: 'accounts'; subjects: string[] } | { full: string[] }

/** Each is one atomic act. */
export interface GroupStore {
  /** False when id or name is taken. */
  add(group: Omit<Group, 'members'>): Promise<boolean>
  byId(id: string): Promise<Group | undefined>
  /** By folded name. */
  byName(folded: string): Promise<Group | undefined>
  /** Changes the given members, all at once; a description given as undefined is removed. 'taken' when the name is another's. */
  change(id: string, change: Partial<Pick<Group, 'name' | 'description' | 'updatedAt'>>): Promise<'changed' | 'unknown' | 'taken'>
  /** With its memberships. True when there was one. */
  remove(id: string): Promise<boolean>
  /** Groups whose name or description contains the text, ignoring case, in order of name; with the total. */
  search(ask: { search?: string | undefined; offset: number; limit: number }): Promise<{ groups: Group[]; total: number }>
  /** The accounts in a group, in order of user name; with the total. */
  members(id: string, ask: { offset: number; limit: number }): Promise<{ accounts: Account[]; total: number }>
  /** The groups of an account, in order of name. */
  of(subject: string): Promise<Pick<Group, 'id' | 'name'>[]>
  /** Adds all or none; `added` counts those who were not members before. `full`: those who would be in more than `maxPerAccount` groups. */
  addMembers(act: { id: string; subjects: readonly string[]; maxPerAccount: number }): Promise<Joined>
  /** Returns how many were members. */
  removeMembers(id: string, subjects: readonly string[]): Promise<number>
}

/** Most groups of one account. */
export const maxGroupsPerAccount = 1000
/** Most accounts that one request adds or removes. */
export const maxMembersPerRequest = 100

export const groupSchema = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]{1,100}$/u, 'must be 1 to 100 characters, none of them invisible')
    .describe('Unique in the tenant, ignoring case; visible to applications'),
  description: text(500).optional().describe('For administrators'),
})
export type NewGroup = z.input<typeof groupSchema>

/** The members of a group to change; `description: null` removes it. */
export const groupChangeSchema = groupSchema.partial().extend({ description: groupSchema.shape.description.nullable() })
export type GroupChange = z.input<typeof groupChangeSchema>

/** Dependencies of changing groups. */
export interface GroupDeps {
  store: { groups: GroupStore }
  /** Seconds since the epoch. */
  now(): number
  /** 128 random bits in base64url. */
  id(): string
}

/** Creates a group without members. 'taken': another group has the name. Throws `ZodError`. */
export async function createGroup({ store, now, id }: GroupDeps, input: NewGroup): Promise<Group | 'taken'> {
  const { name, description } = groupSchema.parse(input)
  const at = now()
  const group = { id: id(), name, description, createdAt: at, updatedAt: at }
  return (await store.groups.add(group)) ? { ...group, members: 0 } : 'taken'
}

/** Changes the given members. 'taken': another group has the name. New tokens state the new name. Throws `ZodError`. */
export async function changeGroup({ store, now }: GroupDeps, id: string, input: GroupChange): Promise<Group | 'unknown' | 'taken'> {
  const { name, description } = groupChangeSchema.parse(input)
  const outcome = await store.groups.change(id, {
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description: description ?? undefined }),
    updatedAt: now(),
  })
  return outcome === 'changed' ? ((await store.groups.byId(id)) ?? 'unknown') : outcome
}

/** With its memberships. False when there is no such group. */
export async function removeGroup({ store }: GroupDeps, id: string): Promise<boolean> {
  return store.groups.remove(id)
}

/** The group with this id, or else with this name, ignoring case. */
export async function findGroup({ store }: GroupDeps, idOrName: string): Promise<Group | undefined> {
  return (await store.groups.byId(idOrName)) ?? store.groups.byName(foldName(idOrName))
}

/**
 * Adds accounts to a group, all or none. Members stay members. `unknown: 'accounts'`: no accounts have these subjects; `full`: the
 * subjects of accounts that are in as many groups as allowed. At most `maxMembersPerRequest` subjects.
 */
export async function addMembers({ store }: GroupDeps, id: string, subjects: readonly string[]): Promise<Joined> {
  return store.groups.addMembers({ id, subjects: atMost(subjects), maxPerAccount: maxGroupsPerAccount })
}

/** Removes accounts from a group; those who are not members are ignored. Returns how many were; 'unknown' when there is no such group. */
export async function removeMembers({ store }: GroupDeps, id: string, subjects: readonly string[]): Promise<number | 'unknown'> {
  return (await store.groups.byId(id)) ? store.groups.removeMembers(id, atMost(subjects)) : 'unknown'
}

function atMost(subjects: readonly string[]): readonly string[] {
  return z.array(z.string()).max(maxMembersPerRequest, `must be at most ${maxMembersPerRequest}`).parse(subjects)
}
