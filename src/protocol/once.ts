/** A value that is made when it is asked for the first time, and is the same from then on. */
export function once<Value extends object>(make: () => Value): () => Value {
  let value: Value | undefined
  return () => (value ??= make())
}
