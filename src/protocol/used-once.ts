/** What may be used a single time, across all nodes: see `Store.usedOnce`. */
export type UsedOnceKind =
  | 'assertion-grant'
  | 'backchannel-request'
  | 'client-assertion'
  | 'client-attestation'
  | 'dpop-proof'
  | 'request-object'
  | 'credential-nonce'
  | 'upstream-logout'
  | 'federation-registration'
