/** Addresses at which a program written for the Authlete reference server finds ours. */

/** Their path, our path. */
export const authletePaths: Readonly<Record<string, string>> = {
  '/api/introspection': '/introspect',
}
