/** What binds the access tokens of a client to a key of its own — RFC 9449 §5.2, RFC 8705 §3. */

interface Registered {
  policy: { sender_constraint: 'none' | 'required' }
  dpop_bound_access_tokens: boolean
  tls_client_certificate_bound_access_tokens: boolean
}

/** Whether it gets no access token that is not bound to a key. */
export function mustBind(client: Registered): boolean {
  const { policy, dpop_bound_access_tokens: byKey, tls_client_certificate_bound_access_tokens: byCertificate } = client
  return policy.sender_constraint === 'required' || byKey || byCertificate
}
