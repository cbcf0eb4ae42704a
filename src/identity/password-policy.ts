/** What a password that a person chooses must be — NIST SP 800-63B-4 §3.1.1.2: long enough, no rules of composition. */

const shortest = 8

/** What is wrong with it, for the person; undefined when nothing is. */
export function passwordProblem(password: string): string | undefined {
  return [...password].length < shortest ? `Please choose a password of at least ${shortest} characters.` : undefined
}
