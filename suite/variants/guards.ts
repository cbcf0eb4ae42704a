/** Guards in sources, and the edits that take one of them away each. */
import { editsOf, isNode, type Node } from '../../test/mutation/edits.ts'
import { mutate, nodesOf, treeOf } from '../../test/mutation/mutants.ts'

/** A source with one guard less. */
export interface Variant {
  /** From the root of the repository. */
  file: string
  line: number
  kind: 'refusal' | 'condition' | 'sql'
  start: number
  end: number
  replacement: string
  /** Offset of what runs when the guard refuses; of a condition in SQL, of the statement. */
  at: number
  /** The first line of what is changed: it names the variant wherever in the file it stands. */
  guard: string
}

type Found = Pick<Variant, 'kind' | 'start' | 'end' | 'replacement' | 'at'>

/** In the order of the source. */
export function variantsOf(file: string, source: string): Variant[] {
  const found = [...nodesOf(treeOf(source))].flatMap(({ node, parents }) => [
    ...ofStatement(node, source),
    ...ofExpression(node, source),
    ...ofSql(node, parents, source),
  ])
  return found
    .map((edit) => ({ ...edit, file, line: source.slice(0, edit.start).split('\n').length, guard: guardOf(edit, source) }))
    .toSorted((a, b) => a.start - b.start || a.end - b.end)
}

export function varied(variant: Variant, source: string): string {
  return mutate(variant, source)
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

/** But for the tenant: a target is one tenant, so that another cannot be seen. */
function ofSql(node: Node, parents: readonly Node[], source: string): Found[] {
  const edits = editsOf(node, parents, source).filter(({ operator, at }) => operator === 'sql' && at !== undefined)
  const visible = edits.filter((edit) => !textOf(edit, source).includes('tenant_id'))
  return visible.map(({ start, end, replacement }) => ({ kind: 'sql', start, end, replacement, at: node.start }))
}

function withoutEach(test: Node, at: number): Found[] {
  if (test.type !== 'LogicalExpression' || test['operator'] !== '||') return []
  return operandsOf(test).map(({ start, end }) => ({ kind: 'condition', start, end, replacement: 'false', at }))
}

function operandsOf(node: Node): Node[] {
  if (node.type !== 'LogicalExpression' || node['operator'] !== '||') return [node]
  return [...operandsOf(node['left'] as Node), ...operandsOf(node['right'] as Node)]
}

/** The statement refuses, or leaves the function without a result. */
function refuses(statement: Node, source: string): boolean {
  if (statement.type === 'BlockStatement') return (statement['body'] as Node[]).some((one) => refuses(one, source))
  if (statement.type === 'ThrowStatement') return true
  if (statement.type === 'ExpressionStatement') return isRefusal(statement['expression'] as Node, source)
  if (statement.type !== 'ReturnStatement') return false
  const value = statement['argument']
  return !isNode(value) || isRefusal(value, source) || ['undefined', 'false', '[]'].includes(textOf(value, source))
}

function isRefusal(node: Node, source: string): boolean {
  return /^(?:await )?(?:refuse\w*|denied)\(/.test(textOf(node, source))
}

function textOf({ start, end }: Pick<Node, 'start' | 'end'>, source: string): string {
  return source.slice(start, end)
}

function guardOf(edit: Found, source: string): string {
  return textOf(edit, source).replace(/\s+/g, ' ').trim().slice(0, 160)
}
