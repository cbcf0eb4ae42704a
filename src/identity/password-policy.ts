/** Requirements for passwords that people choose — NIST SP 800-63B-4 §3.1.1.2: long, not widely used, no composition rules. */

/** Minimum length in characters of a password that is the only factor. §3.1.1.2 (1) */
export const shortestPassword = 15

/** Minimum length of a temporary password, and of one set through the JSON sign-in APIs, which have always promised it. */
const shortestOfAll = 8

/** The account whose names and address the password must not be. */
export interface Owner {
  username: string
  email?: string | undefined
  claims: Readonly<Record<string, unknown>>
}

interface Choice {
  /** As typed a second time; undefined where the page could show it instead. */
  repeated: string | undefined
  account: Owner | undefined
  isPopular(password: string): boolean
}

const popular = 'Many people use this password, so it is the first to be guessed. Please choose another.'

/** What is wrong with the password, worded for the person; undefined when nothing is. */
export function passwordProblem(password: string, { repeated, account, isPopular }: Choice): string | undefined {
  if ([...password].length < shortestPassword) return `Please choose a password of at least ${shortestPassword} characters.`
  if (isPopular(password)) return popular // §3.1.1.2 (4)
  if (isOwn(password, account)) return 'Please choose a password that is not your name or email address.'
  return repeated === undefined || password === repeated ? undefined : 'The two passwords are not the same. Please type them again.'
}

/** The minimum for any password, such as a temporary one. */
export function leastProblem(password: string, { isPopular }: Pick<Choice, 'isPopular'>): string | undefined {
  if ([...password].length < shortestOfAll) return `Please choose a password of at least ${shortestOfAll} characters.`
  return isPopular(password) ? popular : undefined
}

/** Compares the whole password, not parts of it. §3.1.1.2 */
function isOwn(password: string, account: Choice['account']): boolean {
  const own = [account?.username, account?.email, account?.email?.split('@')[0], account?.claims['name']]
  const plain = lettersOf(password)
  return own.some((text) => typeof text === 'string' && text !== '' && plain.replaceAll(lettersOf(text), '') === '')
}

/** Only letters and digits, in lower case. */
function lettersOf(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')
}
