import { LocalPart } from '../kernel/email-address.ts'
import type { Services } from '../main/compose.ts'
import type { Draft, Tracked } from '../requests/requests.ts'
import { told } from '../requests/told.ts'
import { back, errorAt, keptForm } from './kept-form.ts'
import type { Page } from './page.ts'
import { contactPages } from './request-contact.ts'
import { detailsPages } from './request-details.ts'
import { LETTER_PATH } from './official-letter.pages.ts'
import { neededDraft } from './request-draft.ts'
import { requestRows } from './request-rows.ts'
import { open, type Route } from './route.ts'
import { instant } from './views/formats.ts'

const ADDRESS = { name: 'request-address', path: '/de-nghi/dia-chi' }
const CHECK = { name: 'request-check', path: '/de-nghi/kiem-tra' }

/** Asking for a mailbox, in four steps, without an account. A step without the one before it leads back to that. */
export const requestPages = (services: Services): Route[] => [
  ...contactPages(services),
  ...detailsPages(services),
  ...addressPages(services),
  ...sendingPages(services),
]

/** What every step shows of a returned request. */
const commentOf = (draft: Draft) => (draft.state === 'returned' ? draft.comment : null)

/** Step 3: one of the addresses that are free. */
function addressPages(services: Services): Route[] {
  const { requests } = services

  async function propose(page: Page): Promise<void> {
    const draft = await neededDraft(services, page)
    if (!draft) return
    if (!draft.details) {
      page.redirect('/de-nghi/thong-tin')
      return
    }
    const kept = keptForm(page, ADDRESS.name)
    const { addresses, taken } = await requests.proposals(draft.id)
    await page.render('request-address.njk', {
      title: page.t.request.address.title,
      back: { href: '/de-nghi/thong-tin' },
      comment: commentOf(draft),
      addresses: addresses.filter(({ local }) => local !== kept?.values.lost),
      taken,
      chosen: kept ? '' : draft.local,
      error: errorAt(kept, 'local'),
      errors: kept?.errors ?? [],
    })
  }

  async function choose(page: Page): Promise<void> {
    const draft = await neededDraft(services, page)
    if (!draft) return
    const says = page.t.request.errors.address
    const wrong = (text: string, lost = '') => back(page, ADDRESS, { lost }, [{ field: 'local', text }])
    const local = LocalPart.safeParse(page.field('local'))
    if (!local.success) {
      wrong(says.choose)
      return
    }
    const chosen = await requests.choose(draft.id, local.data)
    if (!chosen.ok) {
      if (chosen.refusal.kind === 'address-taken') {
        wrong(says.taken(local.data), local.data)
        return
      }
      if (chosen.refusal.kind === 'incomplete') {
        page.redirect('/de-nghi/thong-tin')
        return
      }
      wrong(says.choose)
      return
    }
    page.takeForm(ADDRESS.name)
    page.redirect(CHECK.path)
  }

  return [open('get', ADDRESS.path, propose), open('post', ADDRESS.path, choose)]
}

/** Step 4: look at it once more, declare, send; then the code and a receipt. */
function sendingPages(services: Services): Route[] {
  const { requests } = services

  /** Sends the visitor back to the step that is missing; true when none is. */
  function whole(
    page: Page,
    draft: Draft,
  ): draft is Draft & { details: NonNullable<Draft['details']>; address: string } {
    if (draft.details && draft.address) return true
    page.redirect(draft.details ? ADDRESS.path : '/de-nghi/thong-tin')
    return false
  }

  async function check(page: Page): Promise<void> {
    const draft = await neededDraft(services, page)
    if (!draft || !whole(page, draft)) return
    const [letter, letterNeeded] = await Promise.all([requests.letterOf(draft.id), requests.letterNeeded(draft.id)])
    if (letterNeeded && letter === null) {
      page.redirect(LETTER_PATH)
      return
    }
    const kept = keptForm(page, CHECK.name)
    const units = { [draft.details.unitId]: draft.unitName ?? '' }
    await page.render('request-check.njk', {
      title: page.t.request.check.title,
      back: { href: ADDRESS.path },
      comment: commentOf(draft),
      draft,
      rows: requestRows(page.t, told(draft.details), { accounts: {}, units }, draft.address).map((row) => ({
        ...row,
        href: row.field === 'local' ? ADDRESS.path : `/de-nghi/thong-tin#${row.field}`,
      })),
      letter,
      error: errorAt(kept, 'declaration'),
      errors: kept?.errors ?? [],
    })
  }

  async function send(page: Page): Promise<void> {
    // The button pressed twice: the first press has sent it.
    if (page.session.requestId === undefined && page.session.trackedId) {
      page.redirect('/de-nghi/da-gui')
      return
    }
    const draft = await neededDraft(services, page)
    if (!draft || !whole(page, draft)) return
    const { address, declaration } = page.t.request.errors
    if (page.field('declaration') !== 'yes') {
      back(page, CHECK, {}, [{ field: 'declaration', text: declaration.tick }])
      return
    }
    const sent = await requests.submit(draft.id)
    if (!sent.ok && sent.refusal.kind === 'address-taken') {
      const lost = draft.local ?? ''
      back(page, ADDRESS, { lost }, [{ field: 'local', text: address.taken(draft.address) }])
      return
    }
    if (!sent.ok && sent.refusal.kind === 'incomplete' && sent.refusal.missing === 'letter') {
      page.redirect(LETTER_PATH)
      return
    }
    if (!sent.ok && sent.refusal.kind !== 'not-in-state') {
      page.redirect('/de-nghi/thong-tin')
      return
    }
    page.session.trackedId = draft.id
    delete page.session.requestId
    page.takeForm(CHECK.name)
    page.redirect('/de-nghi/da-gui')
  }

  /** The request just sent; what is not waiting any more has its state's page. */
  async function sentOne(page: Page): Promise<Tracked | null> {
    const id = page.session.trackedId
    const tracked = id === undefined ? null : await requests.tracked(id)
    if (tracked?.state === 'submitted') return tracked
    page.redirect(tracked ? '/theo-doi/ket-qua' : '/de-nghi')
    return null
  }

  async function sentPage(page: Page): Promise<void> {
    const tracked = await sentOne(page)
    if (tracked) await page.render('request-sent.njk', { title: page.t.request.sent.title, tracked })
  }

  async function receipt(page: Page): Promise<void> {
    const tracked = await sentOne(page)
    if (!tracked) return
    const { t, lang } = page
    const at = (when: Date | null) => (when === null ? '–' : instant(when, lang))
    await page.render('receipt.njk', {
      title: t.slip.receiptPageTitle,
      back: { href: '/de-nghi/da-gui', text: t.common.back },
      heading: t.slip.receiptTitle,
      meta: t.slip.metaPlain(instant(services.clock(), lang)),
      unitName: tracked.unitName ?? '',
      rows: [
        { key: t.slip.requestCode, value: tracked.code, strong: true },
        { key: t.slip.name, value: tracked.fullName ?? '', strong: true },
        { key: t.slip.unit, value: tracked.unitName ?? '' },
        { key: t.slip.address, value: tracked.address ?? '' },
        { key: t.slip.contact, value: tracked.contactEmail },
        { key: t.slip.received, value: at(tracked.submittedAt) },
        { key: t.slip.due, value: at(tracked.dueAt) },
        { key: t.slip.track, value: `${services.config.web.publicUrl}/theo-doi` },
      ],
      text: t.request.sent.next(tracked.unitName ?? '', at(tracked.dueAt), tracked.contactEmail),
    })
  }

  return [
    open('get', CHECK.path, check),
    open('post', CHECK.path, send),
    open('get', '/de-nghi/da-gui', sentPage),
    open('get', '/de-nghi/bien-nhan', receipt),
  ]
}
