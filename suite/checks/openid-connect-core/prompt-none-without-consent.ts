import { check } from '../../src/check.ts'
import { NotApplicable, redirected, redirectedWithError } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.6',
  level: 'MUST',
  title: 'prompt=none without consent returns consent_required',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    redirected(await app('web').authorize({}, { browser: signedIn }))
    const landing = await app('fresh').authorize({ prompt: 'none' }, { browser: signedIn })
    if (landing.at === 'client' && 'code' in landing.params) {
      throw new NotApplicable('the server asks no consent for this client, or the person gave it before')
    }
    redirectedWithError(landing, 'consent_required', 'interaction_required')
    redirected(await app('fresh').authorize({}, { browser: signedIn }))
  },
})
