import { check } from '../../src/check.ts'
import { arrived, NotApplicable, sentBack } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §3.1.2.6',
  level: 'MUST',
  title: 'prompt=none brings no code to a client that the person has not allowed yet',
  needs: ['OpenID', 'code flow'],
  async run({ app, browser }) {
    const signedIn = browser()
    arrived(await app('web').authorize({}, { browser: signedIn }))
    const landing = await app('fresh').authorize({ prompt: 'none' }, { browser: signedIn })
    if (landing.at === 'client' && 'code' in landing.params) {
      throw new NotApplicable('the server asks no consent for this client, or the person gave it before')
    }
    sentBack(landing, 'consent_required', 'interaction_required')
    arrived(await app('fresh').authorize({}, { browser: signedIn }))
  },
})
