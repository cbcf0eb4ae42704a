/** What a password that a person chooses must be — NIST SP 800-63B-4 §3.1.1.2: long, not known to all, and no rules of composition. */
import type { Account } from './types.ts'

/** Characters, for a password that is the only factor. §3.1.1.2 (1) */
export const shortestPassword = 15

interface Choice {
  /** Typed a second time. */
  repeated: string
  account: Pick<Account, 'username' | 'email' | 'claims'> | undefined
  isPopular(password: string): boolean
}

/** What is wrong with it, for the person; undefined when nothing is. */
export function passwordProblem(password: string, { repeated, account, isPopular }: Choice): string | undefined {
  if ([...password].length < shortestPassword) return `Please choose a password of at least ${shortestPassword} characters.`
  if (isPopular(password)) return 'Many people use this password, so it is the first to be guessed. Please choose another.' // §3.1.1.2 (4)
  if (isOwn(password, account)) return 'Please choose a password that is not your name or e-mail address.'
  return password === repeated ? undefined : 'The two passwords are not the same. Please type them again.'
}

/** The whole password, not a part of it, is compared. §3.1.1.2 */
function isOwn(password: string, account: Choice['account']): boolean {
  const own = [account?.username, account?.email, account?.email?.split('@')[0], account?.claims['name']]
  const plain = lettersOf(password)
  return own.some((text) => typeof text === 'string' && text !== '' && plain.replaceAll(lettersOf(text), '') === '')
}

/** Letters and digits alone, in lower case. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}
