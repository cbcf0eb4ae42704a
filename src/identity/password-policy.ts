/** What a password that a person chooses must be — NIST SP 800-63B-4 §3.1.1.2: long, not known to all, and no rules of composition. */

/** Characters, for a password that is the only factor. §3.1.1.2 (1) */
export const shortestPassword = 15

/** Characters, for one that is good for a single sign-in, or that is chosen where programs have always been promised so few. */
const shortestOfAll = 8

/** Whose name and address the password must not be. */
export interface Owner {
  username: string
  email?: string | undefined
  claims: Readonly<Record<string, unknown>>
}

interface Choice {
  /** Typed a second time. */
  repeated: string
  account: Owner | undefined
  isPopular(password: string): boolean
}

const popular = 'Many people use this password, so it is the first to be guessed. Please choose another.'

/** What is wrong with it, for the person; undefined when nothing is. */
export function passwordProblem(password: string, { repeated, account, isPopular }: Choice): string | undefined {
  if ([...password].length < shortestPassword) return `Please choose a password of at least ${shortestPassword} characters.`
  if (isPopular(password)) return popular // §3.1.1.2 (4)
  if (isOwn(password, account)) return 'Please choose a password that is not your name or e-mail address.'
  return password === repeated ? undefined : 'The two passwords are not the same. Please type them again.'
}

/** The least that is asked of any: of one that somebody else sets and that must be changed at the first sign-in. */
export function leastProblem(password: string, { isPopular }: Pick<Choice, 'isPopular'>): string | undefined {
  if ([...password].length < shortestOfAll) return `Please choose a password of at least ${shortestOfAll} characters.`
  return isPopular(password) ? popular : undefined
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
