/** Codes that people type, on any keyboard — Unicode §4.6, §23. */

/** Digits of every script and full-width letters in ASCII; without spaces, hyphens and what nobody sees. */
export function typedCode(text: string): string {
  const visible = text.normalize('NFKC').replace(/[\s\p{C}\p{M}\p{Pd}]/gu, '')
  return visible.replace(/\p{Nd}/gu, (digit) => String(numberOf(digit.codePointAt(0) as number)))
}

/** The digits of a script are ten code points in order, from 0 on. */
function numberOf(digit: number): number {
  let zero = digit
  while (/\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero--
  return (digit - zero) % 10
}
