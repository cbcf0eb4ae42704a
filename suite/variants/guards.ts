/** The guards of rules that cite their clause, and the edits that take one of them away each. */
import type { Node } from '../../test/mutation/edits.ts'
import { nodesOf, treeOf } from '../../test/mutation/mutants.ts'

/** A source with one guard less. */
export interface Variant {
  /** From the root of the repository. */
  file: string
  line: number
  /** The whole guard, or one of the conditions that `||` joins in it. */
  kind: 'refusal' | 'condition'
  start: number
  end: number
  replacement: string
  /** Offset of what runs when the guard refuses. */
  at: number
  /** The beginning of what is changed: it names the variant wherever in the file it stands. */
  guard: string
}

type Found = Pick<Variant, 'kind' | 'start' | 'end' | 'replacement' | 'at'>

/** In the order of the source. */
export function variantsOf(file: string, source: string): Variant[] {
  return [...nodesOf(treeOf(source))]
    .flatMap(({ node, parents }) =>
      [...ofStatement(node, source), ...ofExpression(node, source)].filter(() => isCited([...parents, node], source)),
    )
    .map((edit) => ({ ...edit, file, line: source.slice(0, edit.start).split('\n').length, guard: guardOf(edit, source) }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
}

/** `if (condition) refuse(…)`: without it, and without each of the conditions that `||` joins. */
function ofStatement(node: Node, source: string): Found[] {
  if (node.type !== 'IfStatement' || node['alternate'] || !refuses(node['consequent'] as Node, source)) return []
  const [test, at] = [node['test'] as Node, (node['consequent'] as Node).start]
  return [{ kind: 'refusal', start: node.start, end: node.end, replacement: ';', at }, ...withoutEach(test, at)]
}

/** `condition ? value : refuse(…)`, and the other way round. */
function ofExpression(node: Node, source: string): Found[] {
  if (node.type !== 'ConditionalExpression') return []
  const [test, then, otherwise] = [node['test'], node['consequent'], node['alternate']] as [Node, Node, Node]
  const [refusal, value] = isRefusal(then, source) ? [then, otherwise] : [otherwise, then]
  if (!isRefusal(refusal, source)) return []
  const { start, end } = node
  const whole: Found = { kind: 'refusal', start, end, replacement: `(${textOf(value, source)})`, at: refusal.start }
  return refusal === then ? [whole, ...withoutEach(test, refusal.start)] : [whole]
}

function withoutEach(test: Node, at: number): Found[] {
  if (test.type !== 'LogicalExpression' || test['operator'] !== '||') return []
  return operandsOf(test).map(({ start, end }) => ({ kind: 'condition', start, end, replacement: 'false', at }))
}

function operandsOf(node: Node): Node[] {
  if (node.type !== 'LogicalExpression' || node['operator'] !== '||') return [node]
  return [...operandsOf(node['left'] as Node), ...operandsOf(node['right'] as Node)]
}

function refuses(statement: Node, source: string): boolean {
  if (statement.type === 'BlockStatement') return (statement['body'] as Node[]).some((one) => refuses(one, source))
  if (statement.type === 'ThrowStatement') return /^throw (?:denied\(|new (?:OAuthError|TooMany)\()/.test(textOf(statement, source))
  const value = { ExpressionStatement: statement['expression'], ReturnStatement: statement['argument'] }[statement.type]
  return value ? isRefusal(value as Node, source) : false
}

function isRefusal(node: Node, source: string): boolean {
  return /^(?:await )?(?:refuse\w*|denied)\(/.test(textOf(node, source))
}

/** On its lines, or in the comment above its function. */
function isCited(nodes: readonly Node[], source: string): boolean {
  const guard = nodes.at(-1)!
  const lines = source.slice(source.lastIndexOf('\n', guard.start) + 1, source.indexOf('\n', guard.end))
  const outermost = nodes[1]!
  const before = source.slice(0, outermost.start).trimEnd()
  const comment = before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')) : ''
  return lines.includes('§') || comment.includes('§')
}

function textOf({ start, end }: Pick<Node, 'start' | 'end'>, source: string): string {
  return source.slice(start, end)
}

function guardOf(edit: Found, source: string): string {
  return textOf(edit, source).replace(/\s+/g, ' ').trim().slice(0, 160)
}
