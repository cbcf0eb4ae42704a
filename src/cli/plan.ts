/** The differences between a file and what is stored, as steps, and how they are shown. */
import { isDeepStrictEqual } from 'node:util'
import { isMapping } from '../config/raw.ts'
import type { Style } from './terminal.ts'

export type Kind = 'client' | 'resource' | 'connection' | 'webhook' | 'credential' | 'federation entity' | 'trusted-issuer'

/** One thing as a file would declare it, without default values. */
export interface PlanEntry {
  kind: Kind
  id: string
  members: Readonly<Record<string, unknown>>
}

/** `newSecret`: it needs a secret that is not stored yet. */
export interface Wanted extends PlanEntry {
  newSecret: boolean
}

export interface Step {
  act: 'create' | 'change' | 'delete' | 'keep'
  kind: Kind
  id: string
  changes: readonly Change[]
  newSecret: boolean
}

/** Undefined stands for the default. */
export interface Change {
  path: string
  from: unknown
  to: unknown
}

/** The members that make up the id. */
const idOf: Readonly<Record<Kind, readonly string[]>> = {
  client: ['client_id'],
  resource: ['identifier'],
  connection: ['name'],
  webhook: ['name'],
  credential: ['id'],
  'federation entity': ['role', 'entity_id'],
  'trusted-issuer': ['issuer'],
}

/** Declared entries in the order of the file, then deletions. `prune`: the kinds whose undeclared entries are deleted. */
export function plan(kept: readonly PlanEntry[], wanted: readonly Wanted[], prune: readonly Kind[]): Step[] {
  const isSame = (a: PlanEntry) => (b: PlanEntry) => a.kind === b.kind && a.id === b.id
  const steps = wanted.map((entry) => stepTo(entry, kept.find(isSame(entry))))
  const gone = kept.filter((entry) => prune.includes(entry.kind) && !wanted.some(isSame(entry)))
  return [...steps, ...gone.map(({ kind, id }): Step => ({ act: 'delete', kind, id, changes: [], newSecret: false }))]
}

function stepTo({ kind, id, members, newSecret }: Wanted, kept: PlanEntry | undefined): Step {
  const changes = changesBetween(kept?.members ?? {}, members, '').filter(({ path }) => !idOf[kind].includes(path))
  const act = kept ? (changes.length > 0 || newSecret ? 'change' : 'keep') : 'create'
  return { act, kind, id, changes, newSecret }
}

/** Groups are compared member by member, everything else as a whole. */
function changesBetween(from: unknown, to: unknown, path: string): Change[] {
  if (isDeepStrictEqual(from, to)) return []
  if (!(isMapping(from) || isMapping(to)) || !isMapping(from ?? {}) || !isMapping(to ?? {})) return [{ path, from, to }]
  const [before, after] = [(from ?? {}) as Record<string, unknown>, (to ?? {}) as Record<string, unknown>]
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])]
  return names.flatMap((name) => changesBetween(before[name], after[name], path ? `${path}.${name}` : name))
}

/** Does it change anything? */
export function changesAnything(steps: readonly Step[]): boolean {
  return steps.some(({ act }) => act !== 'keep')
}

const marks = { create: ['+', 'green'], change: ['~', 'cyan'], delete: ['-', 'red'] } as const

/** For people: each step with its changed members. Secrets are not shown. */
export function renderPlan(steps: readonly Step[], paint: (style: Style, text: string) => string): string {
  const lines = steps.flatMap(({ act, kind, id, changes, newSecret }) => {
    if (act === 'keep') return []
    const [mark, style] = marks[act]
    const members = changes.map(
      (change) => `      ${change.path}: ${act === 'create' ? text(change.to) : `${text(change.from)} → ${text(change.to)}`}`,
    )
    return [paint(style, `  ${mark} ${kind} ${text(id)}`), ...members, ...(newSecret ? ['      secret: ******** (new)'] : [])]
  })
  const unchanged = steps.filter(({ act }) => act === 'keep').length
  return [...lines, ...(unchanged > 0 ? [paint('dim', `  ${unchanged} unchanged`)] : [])].map((line) => `${line}\n`).join('')
}

/** Escapes control characters, which could overwrite earlier output. */
function text(value: unknown): string {
  if (value === undefined) return '(default)'
  const plain = Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(' ') : value
  return typeof plain === 'string' && !/\p{Cc}/u.test(plain) ? plain : JSON.stringify(plain).replace(/\p{Cc}/gu, '?')
}
