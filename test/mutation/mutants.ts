/** Mutants of a source: copies with one small fault each, which a test should notice. */
import { parse } from '@babel/parser'
import { type Edit, editsOf, isNode, type Node } from './edits.ts'

export interface Mutant extends Edit {
  /** From the root of the repository, with forward slashes. */
  file: string
  /** The first that is changed, from 1. */
  line: number
  /** The lines as they are and as they become, white space collapsed: it names the mutant wherever in the file it stands. */
  change: string
}

/** In the order of the source. Some may not be programs; `isProgram` checks that, at some cost. */
export function mutantsOf(file: string, source: string): Mutant[] {
  const found = new Map<string, Mutant>()
  for (const edit of editsIn(treeOf(source), source).map((edit) => narrowed(edit, source))) {
    const { start, end, replacement } = edit
    if (start === end && replacement === '') continue
    const key = `${start} ${end} ${replacement}`
    if (!found.has(key)) found.set(key, { file, line: source.slice(0, start).split('\n').length, change: changeOf(source, edit), ...edit })
  }
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end)
}

export function mutate({ start, end, replacement }: Pick<Edit, 'start' | 'end' | 'replacement'>, source: string): string {
  return source.slice(0, start) + replacement + source.slice(end)
}

export function isProgram(source: string): boolean {
  try {
    treeOf(source)
    return true
  } catch {
    return false
  }
}

/** Throws when it is not TypeScript. */
export function treeOf(source: string): Node {
  return parse(source, { sourceType: 'module', plugins: ['typescript'] }).program as unknown as Node
}

/** Every node below this one that is there at run time, itself included, each with those it is in. */
export function* nodesOf(node: Node, parents: readonly Node[] = []): Generator<{ node: Node; parents: readonly Node[] }> {
  if (/^TS(?!AsExpression|NonNull|Satisfies)|^TypeAnnotation/.test(node.type)) return
  yield { node, parents }
  for (const [name, members] of Object.entries(node)) {
    if (name.endsWith('Comments')) continue
    for (const member of [members].flat()) if (isNode(member)) yield* nodesOf(member, [...parents, node])
  }
}

function editsIn(tree: Node, source: string): Edit[] {
  const isImported = (node: Node) => /^(?:Import|Export(?:All|Specifier))/.test(node.type)
  return [...nodesOf(tree)].flatMap(({ node, parents }) => ([...parents, node].some(isImported) ? [] : editsOf(node, parents, source)))
}

/** Without what the old text and the new begin and end with in common. */
function narrowed({ start, end, replacement, ...rest }: Edit, source: string): Edit {
  const original = source.slice(start, end)
  const most = Math.min(original.length, replacement.length)
  let head = 0
  while (head < most && original[head] === replacement[head]) head++
  let tail = 0
  while (tail < most - head && original.at(-1 - tail) === replacement.at(-1 - tail)) tail++
  return { start: start + head, end: end - tail, replacement: replacement.slice(head, replacement.length - tail), ...rest }
}

function changeOf(source: string, edit: Edit): string {
  const from = source.lastIndexOf('\n', edit.start - 1) + 1
  const next = source.indexOf('\n', edit.end)
  const before = source.slice(from, next < 0 ? undefined : next)
  const after = mutate({ ...edit, start: edit.start - from, end: edit.end - from }, before)
  return [before, after].map((text) => text.replace(/\s+/g, ' ').trim()).join(' ⇒ ')
}
