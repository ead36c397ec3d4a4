import type { Services } from '../main/compose.ts'
import type { Tracked } from '../requests/requests.ts'
import { commentsView } from './comments-view.ts'
import { differences } from './differences.ts'
import { back, errorAt } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { open, type Route } from './route.ts'
import { trackedView } from './tracked-view.ts'
import { waitsText } from './words/workflow-sayings.ts'

const FORM = { name: 'track', path: '/theo-doi' }
const RESULT = '/theo-doi/ket-qua'

/** Following a request by its code and contact e-mail together; one who guesses learns nothing from a wrong answer. */
export function trackingPages(services: Services): Route[] {
  const { requests, config } = services

  async function ask(page: Page): Promise<void> {
    const kept = page.takeForm(FORM.name)
    await page.render('track.njk', {
      title: page.t.tracking.title,
      back: { href: '/' },
      code: kept?.values.code ?? page.query('ma').slice(0, 40),
      email: kept?.values.email ?? '',
      error: { code: errorAt(kept, 'code'), email: errorAt(kept, 'email') },
      errors: kept?.errors ?? [],
    })
  }

  async function look(page: Page): Promise<void> {
    const typed = page.fields(['code', 'email'])
    const says = page.t.tracking
    const missing: FieldError[] = [
      ...(typed.code.trim() === '' ? [{ field: 'code', text: says.emptyCode }] : []),
      ...(typed.email.trim() === '' ? [{ field: 'email', text: says.emptyEmail }] : []),
    ]
    if (missing.length > 0) {
      back(page, FORM, typed, missing)
      return
    }
    await page.limit('track', typed.email)
    const id = await requests.track(typed.code.slice(0, 100), typed.email.slice(0, 400))
    if (id === null) {
      back(page, FORM, typed, [{ field: 'code', text: says.none }])
      return
    }
    await page.forgive('track', typed.email)
    page.session.trackedId = id
    page.redirect(RESULT)
  }

  /** The request that this visitor follows; without one they are sent to ask for it. */
  async function followed(page: Page): Promise<Tracked | null> {
    const id = page.session.trackedId
    const tracked = id === undefined ? null : await requests.tracked(id)
    if (!tracked) page.redirect(FORM.path)
    return tracked
  }
  const viewOf = (page: Page, tracked: Tracked) =>
    trackedView(tracked, {
      now: services.clock(),
      t: page.t,
      lang: page.lang,
      phone: config.organisation.phone,
    })

  async function result(page: Page): Promise<void> {
    const tracked = await followed(page)
    if (!tracked) return
    const view = viewOf(page, tracked)
    const { id, state } = tracked
    const said = commentsView(page, await requests.commentsForApplicant(id), {
      ...{ id, action: state === 'submitted' || state === 'returned' ? '/theo-doi/y-kien' : null },
      ...{ chooses: false, readers: false },
    })
    await page.render('track-result.njk', {
      ...said,
      title: page.t.tracking.caption(tracked.code),
      back: { href: FORM.path, text: page.t.tracking.other },
      tracked,
      view,
      letter: await requests.letterOf(tracked.id),
      differences: differences(page.t, await requests.resubmission(tracked.id)),
      waits: tracked.waits && waitsText(page.t, 'person', tracked.waits),
    })
  }

  async function askToWithdraw(page: Page): Promise<void> {
    const tracked = await followed(page)
    if (!tracked) return
    if (!viewOf(page, tracked).can.withdraw) {
      page.redirect(RESULT)
      return
    }
    await page.render('track-withdraw.njk', {
      title: page.t.tracking.withdrawTitle,
      back: { href: RESULT },
      tracked,
    })
  }

  async function withdraw(page: Page): Promise<void> {
    const tracked = await followed(page)
    if (!tracked) return
    const done = await requests.withdraw(tracked.id)
    // Refused, it was decided meanwhile: the page of its state says how.
    if (done.ok) {
      page.notice('ok', page.t.tracking.withdrawnNotice)
      if (page.session.requestId === tracked.id) delete page.session.requestId
    }
    page.redirect(RESULT)
  }

  async function complete(page: Page): Promise<void> {
    const tracked = await followed(page)
    if (!tracked) return
    if (!viewOf(page, tracked).can.complete) {
      page.redirect(RESULT)
      return
    }
    // What was typed for another request stays with that one.
    page.takeForm('request-details')
    page.session.requestId = tracked.id
    page.redirect('/de-nghi/thong-tin')
  }

  return [
    open('get', FORM.path, ask),
    open('post', FORM.path, look),
    open('get', RESULT, result),
    open('get', '/theo-doi/rut', askToWithdraw),
    open('post', '/theo-doi/rut', withdraw),
    open('post', '/theo-doi/bo-sung', complete),
  ]
}
