/** A wallet: takes an offer and its transaction code, proves a key of its own, and shows the credential that it gets. */
import { createHash, randomBytes } from 'node:crypto'
import { clientAuthenticationNone, type JwtSigner, setGlobalConfig } from '@openid4vc/oauth2'
import { Openid4vciClient } from '@openid4vc/openid4vci'
import { exportJWK, generateKeyPair, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose'

/** `offer`: the link of the QR code. Returns one SD-JWT VC. */
export async function fetchCredential(offer: string, txCode: string | undefined, clientId = 'my-wallet'): Promise<string> {
  const { privateKey, publicKey } = await generateKeyPair('ES256')
  const publicJwk = await exportJWK(publicKey)
  const wallet = new Openid4vciClient({
    callbacks: {
      hash: (data, alg) => createHash(alg.replace('-', '')).update(data).digest(),
      generateRandom: (bytes) => randomBytes(bytes),
      signJwt: async (_signer: JwtSigner, { header, payload }) => ({
        jwt: await new SignJWT(payload as JWTPayload).setProtectedHeader(header as JWTHeaderParameters).sign(privateKey),
        signerJwk: publicJwk as { kty: string },
      }),
      clientAuthentication: clientAuthenticationNone({ clientId }),
    },
  })
  const credentialOffer = await wallet.resolveCredentialOffer(offer)
  const issuerMetadata = await wallet.resolveIssuerMetadata(credentialOffer.credential_issuer)
  const { accessTokenResponse } = await wallet.retrievePreAuthorizedCodeAccessTokenFromOffer({
    credentialOffer,
    issuerMetadata,
    ...(txCode === undefined ? {} : { txCode }),
  })
  const [credentialConfigurationId = ''] = credentialOffer.credential_configuration_ids
  const { c_nonce: nonce } = await wallet.requestNonce({ issuerMetadata })
  const { jwt } = await wallet.createCredentialRequestJwtProof({
    issuerMetadata,
    credentialConfigurationId,
    nonce,
    signer: { method: 'jwk', publicJwk: publicJwk as { kty: string }, alg: 'ES256' },
  })
  const { credentialResponse } = await wallet.retrieveCredentials({
    issuerMetadata,
    credentialConfigurationId,
    accessToken: accessTokenResponse.access_token,
    proofs: { jwt: [jwt] },
  })
  const [first] = credentialResponse.credentials as { credential: string }[]
  return (first as { credential: string }).credential
}

const [offer, txCode] = process.argv.slice(2)
if (import.meta.main && offer !== undefined) {
  setGlobalConfig({ allowInsecureUrls: true }) // for http://localhost
  const credential = await fetchCredential(offer, txCode)
  for (const disclosure of credential.split('~').slice(1, -1)) {
    const [, name, value] = JSON.parse(Buffer.from(disclosure, 'base64url').toString())
    console.log(`${name}: ${JSON.stringify(value)}`)
  }
}
