/** Wholes whose parts are made when they are used for the first time, since there may be many of them that use few. */

/**
 * Returns what adds these parts to an object. Each is made from the whole when it is first read, and is the same from then on, also where
 * it is read through an object that inherits from the whole. A copy of the whole by `...` has none of them.
 */
export function madeOnUse<Own extends object, Parts extends object>(
  makers: {
    readonly [Name in keyof Parts]: (whole: Own & Parts) => Parts[Name]
  },
): (own: Own) => Own & Parts {
  const made = Symbol('what is made')
  const inherited = {}
  for (const name of Object.keys(makers) as (keyof Parts & string)[]) {
    Object.defineProperty(inherited, name, {
      enumerable: true,
      get(this: { [made]: { whole: Own & Parts; parts: Partial<Parts> } }) {
        const { whole, parts } = this[made]
        if (!(name in parts)) parts[name] = makers[name](whole)
        return parts[name]
      },
    })
  }
  return (own) => {
    const whole = Object.setPrototypeOf({ ...own, [made]: undefined }, inherited) // members added one by one would be found more slowly
    whole[made] = new Made(whole)
    return whole
  }
}

/**
 * The parts of a whole that were made. Not a literal: after many of them have lived for long, V8 allocates the literals of that place among what
 * lasts, and each would hold its whole there until all garbage is collected.
 */
class Made<Whole> {
  readonly whole: Whole
  readonly parts: Partial<Whole> = {}

  constructor(whole: Whole) {
    this.whole = whole
  }
}
