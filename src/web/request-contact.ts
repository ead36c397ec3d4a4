import type { Services } from '../main/compose.ts'
import { EmailAddress } from '../kernel/email-address.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import type { Page } from './page.ts'
import { openDraft } from './request-draft.ts'
import { open, type Route } from './route.ts'

const EMAIL = { name: 'request-email', path: '/de-nghi' }
const CODE = { name: 'request-code', path: '/de-nghi/ma' }

/** Step 1: a contact e-mail, confirmed by the six digits that arrive there. Nothing is stored before that. */
export function contactPages(services: Services): Route[] {
  const { requests } = services

  async function askForEmail(page: Page): Promise<void> {
    const kept = keptForm(page, EMAIL.name)
    const draft = await openDraft(services, page)
    await page.render('request-email.njk', {
      title: page.t.request.email.title,
      back: { href: '/' },
      email: kept?.values.email ?? page.session.contact?.email ?? '',
      error: errorAt(kept, 'email'),
      errors: kept?.errors ?? [],
      held: draft?.contactEmail ?? null,
    })
  }

  async function sendCode(page: Page): Promise<void> {
    const typed = page.field('email')
    const says = page.t.request.errors.email
    const email = EmailAddress.safeParse(typed)
    if (!email.success) {
      const text = typed.trim() === '' ? says.empty : says.form
      back(page, EMAIL, { email: typed }, [{ field: 'email', text }])
      return
    }
    await page.limit('contact', email.data)
    page.session.contact = { challenge: await requests.startContact(email.data, page.lang), email: email.data }
    page.takeForm(EMAIL.name)
    page.takeForm(CODE.name)
    page.redirect(CODE.path)
  }

  async function askForCode(page: Page): Promise<void> {
    const { contact } = page.session
    if (!contact) {
      page.redirect(EMAIL.path)
      return
    }
    const kept = keptForm(page, CODE.name)
    await page.render('request-code.njk', {
      title: page.t.request.code.title,
      back: { href: EMAIL.path },
      email: contact.email,
      code: kept?.values.code ?? '',
      error: errorAt(kept, 'code'),
      errors: kept?.errors ?? [],
    })
  }

  async function confirm(page: Page): Promise<void> {
    const { contact } = page.session
    if (!contact) {
      page.redirect(EMAIL.path)
      return
    }
    const typed = page.field('code')
    const wrong = (text: string) => back(page, CODE, { code: typed }, [{ field: 'code', text }])
    const says = page.t.request.errors.code
    const digits = typed.replace(/\s/g, '')
    if (!/^\d{6}$/.test(digits)) {
      wrong(says.empty)
      return
    }
    await page.limit('code', contact.email)
    const filedBy = page.actor.kind === 'person' ? page.actor.accountId : null
    const email = EmailAddress.parse(contact.email)
    const opened = await requests.confirmContact(contact.challenge, digits, email, page.lang, filedBy)
    if (!opened.ok) {
      wrong(opened.kind === 'wrong' && opened.left > 0 ? says.wrong(opened.left) : says.expired)
      return
    }
    page.session.requestId = opened.value
    delete page.session.contact
    page.takeForm(CODE.name)
    page.redirect('/de-nghi/thong-tin')
  }

  async function sendAgain(page: Page): Promise<void> {
    const { contact } = page.session
    if (!contact) {
      page.redirect(EMAIL.path)
      return
    }
    await page.limit('contact', contact.email)
    await requests.startContact(EmailAddress.parse(contact.email), page.lang, contact.challenge)
    page.takeForm(CODE.name)
    page.notice('info', page.t.request.code.sentAgain(contact.email))
    page.redirect(CODE.path)
  }

  return [
    open('get', EMAIL.path, askForEmail),
    open('post', EMAIL.path, sendCode),
    open('get', CODE.path, askForCode),
    open('post', CODE.path, confirm),
    open('post', '/de-nghi/ma/gui-lai', sendAgain),
  ]
}
