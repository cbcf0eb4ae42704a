// In the page: asks the browser for a passkey and posts its answer in the form — Web Authentication Level 3 §5.1. Without WebAuthn the form stays hidden.
{
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (character) => character.charCodeAt(0))
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, '-')
      .replace(/\//g, '_')
      .replace(/=+$/, '')
  const named = (list = []) => list.map((one) => ({ ...one, id: bytes(one.id) }))

  const form = document.getElementById('passkey')
  if (form && window.PublicKeyCredential) {
    const { act, options: json, problem, again, seconds, armed } = form.dataset
    const options = JSON.parse(json)
    options.challenge = bytes(options.challenge)
    if (options.user) options.user.id = bytes(options.user.id)
    if (options.excludeCredentials) options.excludeCredentials = named(options.excludeCredentials)
    if (options.allowCredentials) options.allowCredentials = named(options.allowCredentials)

    const answer = ({ id, rawId, type, response }) => {
      const said = { clientDataJSON: text(response.clientDataJSON) }
      for (const part of ['attestationObject', 'authenticatorData', 'signature', 'userHandle'])
        if (response[part]) said[part] = text(response[part])
      if (response.getTransports) said.transports = response.getTransports()
      return JSON.stringify({ id, rawId: text(rawId), type, response: said })
    }
    const ask = async (how) => {
      const made = await (act === 'create'
        ? navigator.credentials.create({ publicKey: options, ...how })
        : navigator.credentials.get({ publicKey: options, ...how }))
      form.elements.namedItem('response').value = answer(made)
      HTMLFormElement.prototype.submit.call(form)
    }

    let waiting = new AbortController()
    form.addEventListener('submit', (event) => {
      event.preventDefault()
      if (performance.now() > seconds * 1000) return location.assign(again) // what is made now might be refused
      waiting.abort()
      waiting = new AbortController()
      ask({ signal: waiting.signal }).catch((error) => {
        if (error.name !== 'AbortError') form.querySelector('[role=status]').textContent = problem
      })
    })
    form.hidden = false
    // The browser offers passkeys among what it fills into the name field.
    if (armed)
      PublicKeyCredential.isConditionalMediationAvailable?.()
        .then((can) => can && ask({ mediation: 'conditional', signal: waiting.signal }))
        .catch(() => {})
  }

  // What this server does not keep, the authenticator need not offer either.
  const said = (name) => {
    const json = document.querySelector(`[data-${name}]`)?.dataset[name]
    return json && JSON.parse(json)
  }
  const [unknown, accepted] = [said('unknown'), said('accepted')]
  if (unknown) window.PublicKeyCredential?.signalUnknownCredential?.(unknown).catch(() => {})
  if (accepted) window.PublicKeyCredential?.signalAllAcceptedCredentials?.(accepted).catch(() => {})
}
