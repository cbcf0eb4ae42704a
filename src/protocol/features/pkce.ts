/** Proof key for code exchange — RFC 7636, with S256 only. */
import { equal, sha256 } from '../codec/digest.ts'
import { refuse } from '../errors.ts'
import type { Feature } from '../feature.ts'

export function pkce(): Feature {
  return {
    id: 'pkce',
    spec: 'RFC 7636',
    requires: ['authorizationCode'],
    metadata: () => ({ code_challenge_methods_supported: ['S256'] }),

    readRequest(_ctx, { params, client, type }): Record<string, string> {
      if (!type.code) return {} // no code to redeem comes by the browser
      const challenge = params.get('code_challenge')
      const method = params.get('code_challenge_method')
      if (challenge === undefined) {
        if (method !== undefined) refuse('invalid_request', 'code_challenge_method was sent without code_challenge')
        if (client.policy.pkce === 'required')
          refuse(
            'invalid_request',
            'code_challenge is missing; send the S256 hash of a code_verifier, or register the client with policy.pkce optional',
          ) // §4.4.1
        return {}
      }
      if (method !== 'S256') refuse('invalid_request', 'code_challenge_method must be S256') // §4.3, §4.4.1
      if (!/^[\w-]{43}$/.test(challenge)) refuse('invalid_request', 'code_challenge must be a SHA-256 hash in base64url: 43 characters') // §4.2
      return { challenge }
    },

    checkCode({ asked }, { params }) {
      const verifier = params.get('code_verifier')
      const { challenge } = asked.extensions
      if (challenge === undefined) {
        if (verifier !== undefined) refuse('invalid_grant', 'code_verifier was sent, but the authorization request had no code_challenge') // RFC 9700 §2.1.1
        return
      }
      if (verifier === undefined) refuse('invalid_grant', 'code_verifier is missing')
      if (!/^[\w.~-]{43,128}$/.test(verifier)) refuse('invalid_grant', 'code_verifier must be 43 to 128 unreserved characters') // §4.1
      if (!equal(sha256(verifier), challenge)) refuse('invalid_grant', 'code_verifier does not match code_challenge') // §4.6
    },
  }
}
