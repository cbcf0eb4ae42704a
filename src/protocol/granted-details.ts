/** The authorization details that a grant holds — RFC 9396 §3. */

/** What a grant holds at most, and how many characters of it. Older details are forgotten: the person is asked again. */
const maxHeld = 100
const maxCharacters = 65_536

/** The details of a grant that gets more. Both are canonical JSON texts; the newest are last. */
export function withDetails(held: readonly string[], added: readonly string[]): string[] {
  const all = [...new Set([...held.filter((one) => !added.includes(one)), ...added])].slice(-maxHeld)
  return all.filter((_, i) => all.slice(i).join('').length <= maxCharacters)
}
