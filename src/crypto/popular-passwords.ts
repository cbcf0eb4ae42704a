/** Passwords that many people use — NIST SP 800-63B-4 §3.1.1.2: a list in a file, matched as a whole or repeated. */
import { readFileSync } from 'node:fs'

const list = new Set(
  readFileSync(new URL('./popular-passwords.txt', import.meta.url), 'utf8')
    .split('\n')
    .map(folded)
    .filter(Boolean),
)

/** Sequences of the keyboard and the alphabet. */
const ways = [
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
  'azertyuiopqsdfghjklmwxcvbn',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'q1w2e3r4t5y6u7i8o9p0',
  '1q2w3e4r5t6y7u8i9o0p',
].flatMap((way) => [way, [...way].reverse().join('')])
const counting = ['0123456789', '1234567890', '9876543210', '0987654321']

/** Whether the whole password is on the list, repeats an entry or a few characters, or is a keyboard sequence. Case does not matter. */
export function isPopular(password: string): boolean {
  const text = folded(password)
  if (list.has(text)) return true
  const unit = unitOf(text)
  if (unit.length < 5 || list.has(unit)) return true
  return ways.some((way) => way.includes(text)) || counting.some((digits) => digits.repeat(10).slice(0, 100).includes(text))
}

/** The shortest prefix whose repetition makes the text; the last repetition may be incomplete. */
function unitOf(text: string): string {
  // Of each prefix, how much of its beginning is also its end: in linear time, as anybody can send a long text (Knuth, Morris, Pratt).
  const borders = [0]
  for (let end = 1; end < text.length; end++) {
    let length = borders[end - 1]!
    while (length > 0 && text[end] !== text[length]) length = borders[length - 1]!
    borders.push(text[end] === text[length] ? length + 1 : length)
  }
  return text.slice(0, text.length - borders.at(-1)!)
}

function folded(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim()
}
