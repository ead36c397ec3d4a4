import { z } from 'zod'
import { PASSWORD_MAX, PASSWORD_MIN, type PasswordRefusal } from '../accounts/password.ts'
import { AccountId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { back, errorAt } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { open, type Route } from './route.ts'
import { passwordText } from './words/sayings.ts'
import type { Words } from './words/vi.ts'

const SLIP = { name: 'activate-slip', path: '/kich-hoat' }
const OWN = '/kich-hoat/mat-khau'
const DONE = '/kich-hoat/xong'
/** How long the page waits for the directory before it says that the password is noted. */
const PATIENCE_MS = 4_000

/** What the session remembers between the pages, sealed: the secret in use, then what became of it. */
const Remembered = z.union([
  z.object({ secret: z.string() }),
  z.object({ address: z.string(), account: AccountId, revision: z.number(), again: z.boolean() }),
])
type Remembered = z.infer<typeof Remembered>

/** Choosing the first password, by a mailed link or by the code on a hand-over slip. */
export function activationPages(services: Services): Route[] {
  const { accounts, secrets } = services

  const remember = (page: Page, what: Remembered) => {
    page.session.activation = secrets.seal(JSON.stringify(what), 'session.activation')
  }
  const remembered = (page: Page): Remembered | null => {
    const { activation } = page.session
    return activation === undefined
      ? null
      : Remembered.parse(JSON.parse(secrets.open(activation, 'session.activation')))
  }
  const secretOf = (page: Page): string | null => {
    const kept = remembered(page)
    return kept && 'secret' in kept ? kept.secret : null
  }

  async function askForCode(page: Page): Promise<void> {
    const kept = page.takeForm(SLIP.name)
    await page.render('activate-start.njk', {
      title: page.t.activation.startTitle,
      back: { href: '/' },
      address: kept?.values.address ?? '',
      error: { address: errorAt(kept, 'address'), code: errorAt(kept, 'code') },
      errors: kept?.errors ?? [],
    })
  }

  async function useCode(page: Page): Promise<void> {
    const { address, code } = page.fields(['address', 'code'])
    const says = page.t.activation
    const missing: FieldError[] = [
      ...(address.trim() === '' ? [{ field: 'address', text: says.errors.emptyAddress }] : []),
      ...(code.trim() === '' ? [{ field: 'code', text: says.errors.emptyCode }] : []),
    ]
    if (missing.length > 0) {
      back(page, SLIP, { address }, missing)
      return
    }
    await page.limit('activate', address)
    const secret = code.slice(0, 200)
    const found = await accounts.activation(secret, address)
    if (!found.ok) {
      back(page, SLIP, { address }, [{ field: 'code', text: `${says.dead}. ${says.deadText}` }])
      return
    }
    remember(page, { secret })
    page.redirect(OWN)
  }

  /** The page of a new password, under the link itself or after a slip's code. */
  async function askForPassword(page: Page, secret: string): Promise<void> {
    closeTo(page)
    const found = await accounts.activation(secret)
    if (!found.ok) return deadLink(page)
    const kept = page.takeForm('password')
    await page.render('activate-password.njk', {
      title: wordsOf(page, found.value.again).title(found.value.address),
      words: wordsOf(page, found.value.again),
      address: found.value.address,
      min: PASSWORD_MIN,
      error: { password: errorAt(kept, 'password'), again: errorAt(kept, 'again') },
      errors: kept?.errors ?? [],
    })
  }

  async function setPassword(page: Page, secret: string): Promise<void> {
    closeTo(page)
    const found = await accounts.activation(secret)
    if (!found.ok) return deadLink(page)
    const set = await accounts.activate(secret, page.field('password'), page.field('again'))
    if (!set.ok) {
      // Of a password nothing is kept, only what is wrong with it.
      const reasons = set.refusal.kind === 'password' ? set.refusal.reasons : []
      back(page, { name: 'password', path: page.request.path }, {}, passwordErrors(page.t, reasons))
      return
    }
    const { accountId, revision } = set.value
    remember(page, { address: found.value.address, account: accountId, revision, again: found.value.again })
    await accounts.inDirectory(accountId, revision, PATIENCE_MS)
    page.redirect(DONE)
  }

  async function deadLink(page: Page): Promise<void> {
    // A guess costs a try, whoever makes it; a good link never does.
    await page.limit('activate', page.address)
    await page.render('activate-dead.njk', { title: page.t.activation.dead }, 410)
  }

  async function done(page: Page): Promise<void> {
    const kept = remembered(page)
    if (!kept || 'secret' in kept) {
      page.redirect(SLIP.path)
      return
    }
    const open = await accounts.inDirectory(kept.account, kept.revision, 0)
    const says = page.t.activation
    await page.render('activate-done.njk', {
      title: open ? wordsOf(page, kept.again).doneTitle : says.notedTitle,
      address: kept.address,
      open,
    })
  }

  const withOwn = (act: (page: Page, secret: string) => Promise<void>) => async (page: Page) => {
    const secret = secretOf(page)
    if (secret === null) page.redirect(SLIP.path)
    else await act(page, secret)
  }
  const withLink = (act: (page: Page, secret: string) => Promise<void>) => (page: Page) =>
    act(page, page.param('token', z.string()))

  return [
    open('get', SLIP.path, askForCode),
    open('post', SLIP.path, useCode),
    // Before the link's own route, which takes any other word.
    open('get', OWN, withOwn(askForPassword)),
    open('post', OWN, withOwn(setPassword)),
    open('get', DONE, done),
    open('get', '/kich-hoat/:token', withLink(askForPassword)),
    open('post', '/kich-hoat/:token', withLink(setPassword)),
  ]
}

/** What the page says of a first password, or of a new one. */
const wordsOf = ({ t }: Page, again: boolean) => ({ ...t.activation, ...(again && t.password.again) })

/** The address of the page is a secret: no other site is told of it. */
function closeTo(page: Page): void {
  page.response.set('Referrer-Policy', 'no-referrer')
}

function passwordErrors(t: Words, reasons: readonly PasswordRefusal[]): FieldError[] {
  const said = (of: readonly PasswordRefusal[]) => of.map((reason) => passwordText(t, reason, PASSWORD_MAX)).join('. ')
  const again = reasons.filter((reason) => reason.kind === 'not-repeated')
  // What is too short is guessable too; one of both is enough to say.
  const short = reasons.some((reason) => reason.kind === 'too-short')
  const own = reasons.filter((reason) => reason.kind !== 'not-repeated' && !(short && reason.kind === 'guessable'))
  return [
    ...(own.length > 0 ? [{ field: 'password', text: said(own) }] : []),
    ...(again.length > 0 ? [{ field: 'again', text: said(again) }] : []),
  ]
}
