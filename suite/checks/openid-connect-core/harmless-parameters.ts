import { check } from '../../src/check.ts'
import { redirected } from '../../src/expect.ts'

export default check({
  clause: 'OpenID Connect Core §15.1',
  level: 'MUST',
  title: 'display, ui_locales, claims_locales, acr_values and login_hint never cause an error',
  needs: ['OpenID', 'code flow'],
  async run({ app }) {
    const wishes = [
      { display: 'page' },
      { display: 'touch' },
      { ui_locales: 'fr-CA fr en' },
      { ui_locales: 'xx' },
      { claims_locales: 'de' },
      { acr_values: 'urn:example:unheard-of' },
      { login_hint: 'somebody@example.com' },
    ]
    for (const wish of wishes) redirected(await app().authorize(wish))
  },
})
