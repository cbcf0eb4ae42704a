/** Paths of the Authlete reference server, for programs written for it. */

/** Ours by theirs. */
export const authletePaths: Readonly<Record<string, string>> = {
  '/api/introspection': '/introspect',
}
