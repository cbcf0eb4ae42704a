/** The conditions of an SQL statement that can be left out so that a statement remains. */

const words =
  /[()]|\b(?:where|and|or|on(?= conflict)|on|having|group by|order by|returning|limit|union|except|set|values|join|left join|select|when|then|else|end|for|do|between)\b/gi
const opening = ['where', 'on', 'having']

interface Token {
  word: string
  start: number
  end: number
}

/** As offsets. Values that are put in must be without words of SQL and without parentheses. */
export function conditionsOf(sql: string): [start: number, end: number][] {
  const tokens = [...sql.matchAll(words)].map(({ 0: text, index }) => ({
    word: text.toLowerCase(),
    start: index,
    end: index + text.length,
  }))
  return tokens.flatMap((token, n) => {
    const isCondition = opening.includes(token.word) || ((token.word === 'and' || token.word === 'or') && !isOfBetween(tokens, n))
    const next = isCondition ? endOf(tokens.slice(n + 1)) : undefined
    if (!isCondition || /^on conflict/i.test(sql.slice(token.start))) return []
    const end = next?.start ?? sql.trimEnd().length - 1 // before the closing quote
    if (token.word === 'and' || token.word === 'or') return [[token.start, end]]
    if (next?.word === 'and') return [[token.end, next.end]]
    return token.word === 'where' && next?.word !== 'or' ? [[token.start, end]] : []
  })
}

/** The first word, at the same depth, that is not part of the condition. */
function endOf(tokens: readonly Token[]): Token | undefined {
  let depth = 0
  let between = false
  for (const token of tokens) {
    if (token.word === '(') depth++
    else if (token.word === ')' && depth > 0) depth--
    else if (depth === 0 && token.word === 'between') between = true
    else if (depth === 0 && token.word === 'and' && between) between = false
    else if (depth === 0) return token
  }
  return undefined
}

function isOfBetween(tokens: readonly Token[], n: number): boolean {
  return tokens[n - 1]?.word === 'between'
}
