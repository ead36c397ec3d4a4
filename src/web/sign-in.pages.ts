import type { SignInRefusal } from '../access/sign-in.ts'
import type { Services } from '../main/compose.ts'
import { back, errorAt } from './kept-form.ts'
import { audienceOf, type Page } from './page.ts'
import type { Audience, FieldError } from './rendering.ts'
import { open, type Route } from './route.ts'
import type { Words } from './words/vi.ts'

const FORM = 'sign-in'
const PATH = '/dang-nhap'

const START: Readonly<Record<Audience, string>> = {
  nobody: '/',
  person: '/tai-khoan-cua-toi',
  deputy: '/cho-duyet',
  'unit-admin': '/cho-duyet',
  'it-staff': '/viec-con-do',
  auditor: '/viec-con-do',
}

/** A path of this service, as `?tiep=` may name it; null for anything that a browser could read as another site. */
export function localPath(text: string): string | null {
  if (!/^\/(?![/\\])[^\\\s\p{C}]*$/u.test(text)) return null
  const url = new URL(text, 'http://local.invalid')
  return url.origin === 'http://local.invalid' ? `${url.pathname}${url.search}` : null
}

export function signInPages(services: Services): Route[] {
  const { signIn, transaction, config } = services

  async function ask(page: Page): Promise<void> {
    const next = localPath(page.query('tiep'))
    if (page.actor.kind === 'person') {
      page.redirect(next ?? START[audienceOf(page.actor)])
      return
    }
    const kept = page.takeForm(FORM)
    const trouble = kept?.values.trouble as SignInRefusal['kind'] | undefined
    const said = trouble === undefined || trouble === 'wrong' ? null : troubleText(page.t, trouble)
    await page.render(
      'sign-in.njk',
      {
        title: page.t.signIn.title,
        back: { href: '/' },
        login: kept?.values.login ?? '',
        next,
        needed: next !== null && kept === null,
        trouble: said,
        example: `nguyenvanan@${config.organisation.domain}`,
        error: { login: errorAt(kept, 'login'), password: errorAt(kept, 'password') },
        errors: kept?.errors ?? [],
      },
      said === null ? 200 : 503,
    )
  }

  async function enter(page: Page): Promise<void> {
    const { login, password, tiep } = page.fields(['login', 'password', 'tiep'])
    const next = localPath(tiep)
    const form = { name: FORM, path: next === null ? PATH : `${PATH}?tiep=${encodeURIComponent(next)}` }
    const says = page.t.signIn
    const missing: FieldError[] = [
      ...(login.trim() === '' ? [{ field: 'login', text: says.emptyAddress }] : []),
      ...(password === '' ? [{ field: 'password', text: says.emptyPassword }] : []),
    ]
    if (missing.length > 0) {
      back(page, form, { login }, missing)
      return
    }
    await page.limit('sign-in', login)
    const result = await signIn(login, password)
    if (!result.ok) {
      const { kind } = result.refusal
      const errors = kind === 'wrong' ? [{ field: 'login', text: says.wrong }] : []
      back(page, form, { login, trouble: kind }, errors)
      return
    }
    await page.forgive('sign-in', login)
    await page.freshSession()
    // The fresh session, not the one that the page began with.
    page.request.session.accountId = result.actor.accountId
    page.redirect(next ?? START[audienceOf(result.actor)])
  }

  async function leave(page: Page): Promise<void> {
    const { actor } = page
    if (actor.kind === 'person')
      await transaction((tx) => {
        tx.audit(actor, 'sign-out.done', actor.id)
        return Promise.resolve()
      })
    await page.freshSession()
    page.request.session.notice = { tone: 'ok', text: page.t.signIn.signedOut }
    page.redirect(PATH)
  }

  return [open('get', PATH, ask), open('post', PATH, enter), open('post', '/dang-xuat', leave)]
}

const troubleText = (t: Words, kind: Exclude<SignInRefusal['kind'], 'wrong'>): string =>
  ({ 'directory-down': t.signIn.directoryDown, 'service-account': t.signIn.serviceAccount })[kind]
