/** The faults that are put into a syntax tree: those that a review is most likely to overlook. */
import { conditionsOf } from './sql-conditions.ts'

/** As the parser gives it. */
export interface Node {
  type: string
  start: number
  end: number
  [member: string]: unknown
}

export interface Edit {
  start: number
  end: number
  replacement: string
  operator: string
  /** Where what is changed begins to run: of an operator, that is its left side. Undefined: when the source is loaded. */
  at: number | undefined
}

export function isNode(value: unknown): value is Node {
  return (
    typeof value === 'object' && value !== null && typeof (value as Node).type === 'string' && typeof (value as Node).start === 'number'
  )
}

type Change = Omit<Edit, 'operator' | 'at'>
type Fault = (node: Node, context: { parents: readonly Node[]; source: string }) => Change[]

/** All that can be done to this node alone. */
export function editsOf(node: Node, parents: readonly Node[], source: string): Edit[] {
  const at = parents.some(({ type }) => /Function|Method/.test(type)) ? node.start : undefined
  return Object.entries(faults).flatMap(([operator, fault]) => fault(node, { parents, source }).map((edit) => ({ ...edit, operator, at })))
}

const faults: Readonly<Record<string, Fault>> = {
  condition(node) {
    if (node.type !== 'IfStatement' && node.type !== 'ConditionalExpression') return []
    return ['true', 'false'].map((text) => instead(node['test'] as Node, text))
  },

  comparison(node, { source }) {
    const other = comparisons[node['operator'] as string]
    return node.type === 'BinaryExpression' && other !== undefined ? [operatorOf(node, other, source)] : []
  },

  logic(node, { source }) {
    const other = { '&&': '||', '||': '&&' }[node['operator'] as string]
    return node.type === 'LogicalExpression' && other !== undefined ? [operatorOf(node, other, source)] : []
  },

  operand(node, { source }) {
    if (node.type !== 'LogicalExpression') return []
    return [node['left'] as Node, node['right'] as Node].map((side) => instead(node, alone(side, source)))
  },

  negation(node, { source }) {
    if (node.type !== 'UnaryExpression' || node['operator'] !== '!') return []
    return [instead(node, textOf(node['argument'] as Node, source))]
  },

  statement(node) {
    const done = node.type === 'ExpressionStatement' && /^(?:Await|Call|Yield|Assignment|Update)Expression$|^Unary/.test(inner(node).type)
    return done || node.type === 'ThrowStatement' ? [instead(node, ';')] : []
  },

  await(node, { source }) {
    return node.type === 'AwaitExpression' ? [instead(node, textOf(node['argument'] as Node, source))] : []
  },

  returned(node, { parents }) {
    const { type } = node
    const named = /^(?:VariableDeclarator|ObjectProperty|ReturnStatement|ArrowFunctionExpression)$/.test(parents.at(-1)?.type ?? '')
    if (type === 'ArrowFunctionExpression' && named && (node['body'] as Node).type !== 'BlockStatement')
      return [instead(node['body'] as Node, 'undefined')]
    const value = type === 'ReturnStatement' ? node['argument'] : undefined
    return isNode(value) ? [instead(value, 'undefined')] : []
  },

  literal(node, { parents }) {
    if (node.type === 'BooleanLiteral') return [instead(node, String(!node['value']))]
    if (node.type !== 'StringLiteral' || !isTerm(node, parents)) return []
    return [instead(node, node['value'] === '' ? "'mutated'" : "''")]
  },

  element(node) {
    if (node.type === 'ArrayExpression') return without((node['elements'] as unknown[]).filter(isNode))
    if (node.type !== 'ObjectExpression') return []
    const members = node['properties'] as Node[]
    return without(members, ({ type, value }) => type !== 'ObjectMethod' && !/Function/.test(isNode(value) ? value.type : ''))
  },

  sql(node, { source }) {
    if (node.type !== 'TaggedTemplateExpression' || textOf(node['tag'] as Node, source) !== 'sql') return []
    const { start, end, expressions } = node['quasi'] as Node & { expressions: Node[] }
    const text = expressions.reduce((sql, value) => hidden(sql, value.start - start, value.end - start), source.slice(start, end))
    return conditionsOf(text).map(([from, to]) => ({ start: start + from, end: start + to, replacement: '' }))
  },
}

const comparisons: Readonly<Record<string, string>> = {
  '<': '<=',
  '<=': '<',
  '>': '>=',
  '>=': '>',
  '===': '!==',
  '!==': '===',
}

function instead({ start, end }: Node, replacement: string): Change {
  return { start, end, replacement }
}

function textOf({ start, end }: Node, source: string): string {
  return source.slice(start, end)
}

/** As it stands alone where more stood before. */
function alone(node: Node, source: string): string {
  const isOne = /^(?:Identifier|.*Literal|.*CallExpression|.*MemberExpression|ObjectExpression|ArrayExpression)$/.test(node.type)
  return isOne ? textOf(node, source) : `(${textOf(node, source)})`
}

function inner(statement: Node): Node {
  return statement['expression'] as Node
}

/** Puts another operator between the same operands. */
function operatorOf(node: Node, other: string, source: string): Change {
  const start = source.indexOf(node['operator'] as string, (node['left'] as Node).end)
  return { start, end: start + (node['operator'] as string).length, replacement: other }
}

/** Prose is excluded: its wording is not right or wrong. */
function isTerm({ value }: Node, parents: readonly Node[]): boolean {
  const parent = parents.at(-1)
  const isHeader = parent?.type === 'ObjectProperty' && String((parent['key'] as Node)['value'] ?? '').includes('-')
  return parent?.type !== 'ExportNamedDeclaration' && (isHeader || !String(value).includes(' '))
}

/** One of them left out, with the comma that follows or comes before. */
function without(members: readonly Node[], mayGo: (member: Node) => boolean = () => true): Change[] {
  return members.flatMap((member, n) => {
    const [before, next] = [members[n - 1], members[n + 1]]
    const start = next || !before ? member.start : before.end
    return mayGo(member) ? [{ start, end: next?.start ?? member.end, replacement: '' }] : []
  })
}

function hidden(text: string, start: number, end: number): string {
  return text.slice(0, start) + '~'.repeat(end - start) + text.slice(end)
}
