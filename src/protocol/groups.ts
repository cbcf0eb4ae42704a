/** How many groups a token tells. */

/** A token goes into headers, which servers refuse when they are long. */
const maxGroupsInToken = 100

/** The names for a token. Of too many none: half of them would look like all. UserInfo tells any number. */
export function groupsToTell(names: readonly string[]): readonly string[] | undefined {
  return names.length > maxGroupsInToken ? undefined : names
}
