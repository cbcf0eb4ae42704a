/** Hostile text: control characters, injection, odd numbers and encodings, many scripts, great lengths. */
import type { Random } from './random.ts'

/** Canaries: `oracle.ts` fails when they appear unescaped in a page or as a header. */
export const markup = ['<xfuzz>', '"xfuzz="', "'xfuzz='"] as const
export const headerName = 'x-fuzz'
/** No client has a redirect URI on this host, so no redirect may lead there. */
export const foreignHost = 'open-redirect.invalid'

/** Unpaired surrogates, control characters, bidirectional controls. */
const unprintable = [
  '\0',
  'a\0b',
  '\ud83d', // a lone surrogate
  '\udc00x',
  '\u202egnp.exe', // bidirectional override
  '\u2066x\u2069',
  '\u001b]0;pwned\u0007\u001b[2J', // terminal title, clear screen
  '\u009b31m',
  '\u0008\u0008\u007f',
  '\ufeff',
  '\ufffe\uffff',
  '\u2028\u2029',
  `\r\n${headerName}: 1`,
  `\r\n\r\n${markup[0]}`,
  '\t\v\f',
]

const injecting = [
  `${markup[0]}`,
  `x${markup[1]} x${markup[2]}`,
  `</script></style></title></textarea>${markup[0]}`,
  `<!--${markup[0]}-->&lt;&#x3c;`,
  'javascript:xfuzz()',
  'data:text/html,xfuzz',
  "'; drop table accounts; --",
  "' or 1=1 --",
  '%_%',
  '$1 ?1 :a @a',
  '{{7*7}}<%= 7*7 %>#{7*7}',
  '../../../../etc/passwd',
  '`id`;$(id)|id',
]

const names = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'then', 'valueOf', 'toJSON']

const odd = [
  '',
  ' ',
  '  x  ',
  '.',
  '..',
  'null',
  'undefined',
  'true',
  '-1',
  '0',
  '-0',
  '1e309',
  'NaN',
  '0x10',
  '9007199254740993',
  '2147483648',
  '9223372036854775808',
  '99999999999999999999',
  '0000-00-00',
  '9999-12-31T23:59:60Z',
  '%',
  '%zz',
  '%00',
  '%0d%0a',
  '%c0%ae%c0%ae',
  '%u0000',
  '+&=;#?/\\:@',
  '"',
  '\\',
  '\\u0000',
  ',',
]

const written = [
  'مرحبا بالعالم',
  'שלום',
  '👩‍👩‍👧‍👦🏴‍☠️',
  'Z̴̛̰a̷͈͐l̸̰̽g̶̝̈́o̴̦͝',
  'ﷺ',
  'İıſKß', // letters that case folding replaces or expands
  'e\u0301', // decomposed
  '\u1100\u1161\u11a8',
  '１２３',
  'аdmin', // Cyrillic
]

const lengths = [81, 201, 255, 256, 257, 501, 1025, 2001, 4097, 16_385, 40_000, 60_000, 70_000]
const units = ['a', ' ', '\0', 'é', '👾', '"', '\\', '%00', 'a.', '../']

/** A hostile text, or `original` with hostile text added. */
export function hostileText(random: Random, original = ''): string {
  const hostile = anyHostileText(random)
  switch (random.below(8)) {
    case 0:
    case 1:
      return original + hostile
    case 2:
      return hostile + original
    case 3: {
      const at = random.below(original.length + 1)
      return original.slice(0, at) + hostile + original.slice(at)
    }
    case 4:
      return turned(random, original)
    default:
      return hostile
  }
}

/** Short enough for most length limits, which are checked first. */
export function shortHostileText(random: Random): string {
  return random.pick(random.pick([unprintable, unprintable, unprintable, injecting, names, odd, written]))
}

function anyHostileText(random: Random): string {
  return random.chance(0.9) ? shortHostileText(random) : longText(random)
}

export function longText(random: Random): string {
  const unit = random.pick(units)
  return unit.repeat(Math.ceil(random.pick(lengths) / unit.length))
}

function turned(random: Random, text: string): string {
  switch (random.below(5)) {
    case 0:
      return text.toUpperCase()
    case 1:
      return text.slice(0, -1)
    case 2:
      return text.repeat(2)
    case 3:
      return encodeURIComponent(text.toWellFormed())
    default:
      return [...text].reverse().join('')
  }
}
