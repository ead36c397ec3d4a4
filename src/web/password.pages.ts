import { AccountId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import { back, errorAt } from './kept-form.ts'
import { guarded, open, type Route } from './route.ts'
import { slipPage } from './slip-page.ts'
import { refusalText } from './words/sayings.ts'

const FORM = { name: 'forgotten', path: '/quen-mat-khau' }
const SENT = '/quen-mat-khau/da-gui'

/** A forgotten password: the public page that sends a link and tells nothing, and the slip that administrators print. */
export function passwordPages(services: Services): Route[] {
  const { resetting } = services
  return [
    open('get', FORM.path, async (page) => {
      const kept = page.takeForm(FORM.name)
      await page.render('password-forgotten.njk', {
        title: page.t.password.title,
        back: { href: '/dang-nhap' },
        login: kept?.values['login'] ?? '',
        error: errorAt(kept, 'login'),
        errors: kept?.errors ?? [],
      })
    }),
    open('post', FORM.path, async (page) => {
      const login = page.field('login')
      if (login.trim() === '') {
        back(page, FORM, { login: '' }, [{ field: 'login', text: page.t.signIn.emptyAddress }])
        return
      }
      await page.limit('reset', login.slice(0, 254))
      await resetting.ask(login)
      page.redirect(SENT)
    }),
    open('get', SENT, async (page) => {
      await page.render('password-sent.njk', { title: page.t.password.sentTitle })
    }),

    guarded('post', '/tai-khoan/:id/mat-khau/lien-ket', 'password.reset', async (page, permit) => {
      const id = page.param('id', AccountId)
      const sent = await resetting.sendLink(permit, id)
      if (!sent.ok && sent.refusal.kind === 'unknown-account') throw new HttpFault(404)
      if (sent.ok) page.notice('ok', page.t.password.linkSent(sent.value))
      else page.notice('bad', refusalText(page.t, sent.refusal))
      page.redirect(`/tai-khoan/${id}`)
    }),
    guarded('post', '/tai-khoan/:id/mat-khau/phieu', 'password.reset', async (page, permit) => {
      const id = page.param('id', AccountId)
      const slip = await resetting.slip(permit, id)
      if (slip.ok) {
        await slipPage(page, services, slip.value, page.t.password.slipTitle)
        return
      }
      if (slip.refusal.kind === 'unknown-account') throw new HttpFault(404)
      page.notice('bad', refusalText(page.t, slip.refusal))
      page.redirect(`/tai-khoan/${id}`)
    }),
  ]
}
