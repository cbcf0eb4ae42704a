/** Kinds of tokens that are stored by their hash. The kind is part of the text, and of the hash. */
export type TokenKind =
  | 'rt' // refresh token
  | 'ac' // authorization code
  | 'cs' // client secret
  | 'ss' // session cookie
  | 'br' // browser cookie
  | 'fl' // sign-in flow
  | 'ak' // API key
  | 'dv' // device cookie
  | 'lr' // link to choose a new password
  | 'li' // invitation
  | 'lv' // link to confirm an email address
  | 'le' // link to change an email address
  | 'lu' // link to finish a sign-up
  | 'lc' // link to connect an account of another provider
  | 'wc' // challenge for a passkey
  | 'pr' // pushed authorization request
  | 'ia' // initial access token, to register clients
  | 'ra' // registration access token of a client
  | 'dc' // device code
  | 'aq' // backchannel authentication request
  | 'ba' // link to a request that waits for approval
  | 'us' // request at another provider
  | 'of' // credential offer
  | 'pa' // pre-authorized code of a credential offer
  | 'ti' // deferred credential
  | 'ds' // device secret of native single sign-on
