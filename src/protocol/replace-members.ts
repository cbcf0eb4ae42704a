/** An object with other members in place of some of its own, such as a store with other ports. What is made on use still is. */
export function replaceMembers<Whole extends object>(whole: Whole, members: Partial<Whole>): Whole {
  return Object.create(whole, Object.getOwnPropertyDescriptors(members))
}
