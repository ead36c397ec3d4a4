import { LocalPart, localPartOf } from '../kernel/email-address.ts'
import { RequestId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { asksAddress } from '../requests/ask.ts'
import { OWN_KINDS } from '../requests/kinds.ts'
import type { Own, Refusal } from '../requests/requests.ts'
import { commentsView } from './comments-view.ts'
import { differences } from './differences.ts'
import { HttpFault } from './http-fault.ts'
import { errorAt, keptForm } from './kept-form.ts'
import { ownFormPages } from './own-form.pages.ts'
import { slugOf } from './own/forms.ts'
import type { Page } from './page.ts'
import { requestRows } from './request-rows.ts'
import { guarded, type Route } from './route.ts'
import { stepsView } from './steps-view.ts'
import { day, instant } from './views/formats.ts'
import type { RequestTag } from './views/states.ts'
import { refusalText, whyText } from './words/sayings.ts'

const LIST = '/de-nghi-cua-toi'
const pathOf = (own: Pick<Own, 'id'>): string => `${LIST}/${own.id}`

/** What somebody asks for while signed in: choosing, the form, looking once more, following, withdrawing. */
export function ownRequestPages(services: Services): Route[] {
  const { requests, tombstones } = services

  async function find(page: Page): Promise<Own> {
    const own = await requests.own(page.permit('own.request'), page.param('id', RequestId))
    if (own === null) throw new HttpFault(404)
    return own
  }
  const rowsOf = (page: Page, own: Own, address = own.address) =>
    own.details === null ? [] : requestRows(page.t, own.details, own.names, address)
  const isOpen = ({ state }: Own): boolean => state === 'draft' || state === 'returned'

  /** The same, with why the address is this one while it is the request's. */
  async function explainedRows(page: Page, own: Own) {
    const holds = own.state === 'submitted' || own.state === 'approved'
    const why = own.address === null || !holds ? null : await tombstones.why(localPartOf(own.address))
    return rowsOf(page, own).map((row) => (row.address && why ? { ...row, sub: whyText(page.t, why) } : row))
  }

  async function show(page: Page, own: Own): Promise<void> {
    const { t } = page
    const letter = await requests.letterOf(own.id)
    const said = commentsView(page, await requests.commentsForApplicant(own.id), {
      ...{ id: own.id, chooses: false, readers: false },
      action: own.state === 'submitted' || own.state === 'returned' ? `${pathOf(own)}/y-kien` : null,
    })
    await page.render('own-request.njk', {
      ...said,
      title: own.title ?? t.workflow.kinds[own.kind],
      back: { href: LIST, text: t.asking.mine.back },
      ...{ own, stage: tagOf(own), text: stateText(page, own), rows: await explainedRows(page, own), letter },
      differences: differences(t, await requests.resubmission(own.id)),
      steps: own.dueAt === null ? null : stepsView({ ...own, dueAt: own.dueAt }, t),
      edit: isOpen(own) ? `${pathOf(own)}/sua` : null,
      check: own.state === 'draft' && own.details !== null ? `${pathOf(own)}/kiem-tra` : null,
      withdraw: isOpen(own) || own.state === 'submitted' ? `${pathOf(own)}/rut` : null,
      events: own.events.map(({ at, kind, byName, forName, note }) => ({
        ...{ title: (t.history as unknown as Record<string, string>)[kind] ?? kind, at },
        by: forName ? t.history.deputy(byName ?? '', forName) : (byName ?? t.history.system),
        text: note !== null && note in t.identity ? null : note,
      })),
    })
  }

  async function check(page: Page, own: Own): Promise<void> {
    const [letter, letterNeeded] = await Promise.all([requests.letterOf(own.id), requests.letterNeeded(own.id)])
    if (letterNeeded && letter === null) {
      page.redirect(`${pathOf(own)}/cong-van`)
      return
    }
    const kept = keptForm(page, pathOf(own))
    const offered = await requests.offered(page.permit('own.request'), own.id)
    const held = offered.some(({ local }) => `${local}@` === own.address?.slice(0, local.length + 1))
    await page.render('own-check.njk', {
      title: page.t.asking.check.title,
      back: { href: `${pathOf(own)}/sua` },
      errors: kept?.errors ?? [],
      ...{ own, rows: rowsOf(page, own, own.kind === 'alias' ? own.address : null), action: `${pathOf(own)}/kiem-tra` },
      comment: own.state === 'returned' ? own.comment : null,
      ...{ offered, chosen: held ? own.address?.split('@')[0] : offered[0]?.local },
      ...{ letter, letterPath: `${pathOf(own)}/cong-van` },
      edit: `${pathOf(own)}/sua`,
      wrong: errorAt(kept, 'local'),
    })
  }

  async function send(page: Page, own: Own): Promise<void> {
    const again = (text: string) => {
      page.keepForm(pathOf(own), {}, [{ field: 'local', text }])
      page.redirect(`${pathOf(own)}/kiem-tra`)
    }
    const asks =
      own.details !== null && own.kind !== 'alias' && asksAddress(own.details as Parameters<typeof asksAddress>[0])
    const local = LocalPart.safeParse(page.field('local'))
    if (asks && !local.success) {
      again(page.t.asking.errors.address)
      return
    }
    const sent = await requests.send(page.permit('own.request'), own.id, asks && local.success ? local.data : null)
    if (!sent.ok && sent.refusal.kind === 'incomplete' && sent.refusal.missing === 'letter') {
      page.redirect(`${pathOf(own)}/cong-van`)
      return
    }
    if (!sent.ok) {
      again(refused(page, sent.refusal, local.success ? local.data : (own.address ?? '')))
      return
    }
    page.takeForm(pathOf(own))
    page.notice('ok', page.t.asking.tracking.sent(own.code))
    page.redirect(pathOf(own))
  }

  return [
    guarded('get', LIST, 'own.request', async (page, permit) => {
      const { t } = page
      const lines = await requests.ownRequests(permit)
      await page.render('own-requests.njk', {
        title: t.asking.mine.title,
        back: { href: '/tai-khoan-cua-toi', text: t.mine.title },
        rows: lines.map((line) => ({ ...line, href: pathOf(line), kindText: t.workflow.kinds[line.kind] })),
      })
    }),
    guarded('get', `${LIST}/moi`, 'own.request', async (page) => {
      const { asking, workflow } = page.t
      const kept = page.takeForm(`${LIST}/moi`)
      await page.render('own-choose.njk', {
        title: asking.choose.title,
        back: { href: LIST, text: asking.mine.back },
        errors: kept?.errors ?? [],
        wrong: errorAt(kept, 'kind'),
        items: OWN_KINDS.map((kind) => ({ value: slugOf(kind), text: workflow.kinds[kind], hint: asking.about[kind] })),
      })
    }),
    guarded('post', `${LIST}/moi`, 'own.request', (page) => {
      const kind = OWN_KINDS.find((each) => slugOf(each) === page.field('kind'))
      if (kind === undefined) page.keepForm(`${LIST}/moi`, {}, [{ field: 'kind', text: page.t.asking.choose.error }])
      page.redirect(kind === undefined ? `${LIST}/moi` : `${LIST}/moi/${slugOf(kind)}`)
      return Promise.resolve()
    }),
    ...ownFormPages(services, find),
    guarded('get', `${LIST}/:id`, 'own.request', async (page) => show(page, await find(page))),
    guarded('get', `${LIST}/:id/kiem-tra`, 'own.request', async (page) => {
      const own = await find(page)
      if (isOpen(own) && own.details !== null) await check(page, own)
      else page.redirect(pathOf(own))
    }),
    guarded('post', `${LIST}/:id/kiem-tra`, 'own.request', async (page) => {
      const own = await find(page)
      // The button pressed twice: the first press has sent it.
      if (isOpen(own)) await send(page, own)
      else page.redirect(pathOf(own))
    }),
    guarded('get', `${LIST}/:id/rut`, 'own.request', async (page) => {
      const own = await find(page)
      if (!isOpen(own) && own.state !== 'submitted') {
        page.redirect(pathOf(own))
        return
      }
      const says = page.t.asking.tracking
      await page.render('own-withdraw.njk', {
        ...{ title: says.withdrawTitle, back: { href: pathOf(own) }, own, action: `${pathOf(own)}/rut` },
      })
    }),
    guarded('post', `${LIST}/:id/rut`, 'own.request', async (page, permit) => {
      const own = await find(page)
      const done = await requests.withdrawOwn(permit, own.id)
      // Refused, it was decided meanwhile: its page says how.
      if (done.ok) page.notice('ok', page.t.asking.tracking.withdrawnNotice)
      page.redirect(pathOf(own))
    }),
  ]
}

/** Where it stands; approved, it is ready once directory and mail server show it. */
const tagOf = (own: Own): RequestTag => (own.state === 'approved' && own.done ? 'ready' : own.state)

function stateText(page: Page, own: Own): string {
  const says = page.t.asking.tracking
  const { lang } = page
  switch (own.state) {
    case 'submitted':
      return says.submitted(own.dueAt === null ? '–' : instant(own.dueAt, lang))
    case 'returned':
      return says.returned(own.expiresAt === null ? '–' : day(own.expiresAt, lang))
    case 'approved':
      return own.done ? says.done : says.approved
    default:
      return says[own.state]
  }
}

/** Why it was not sent, beside the address. */
function refused(page: Page, refusal: Refusal, local: string): string {
  const { errors } = page.t.asking
  if (refusal.kind === 'address-taken') return errors.taken(local)
  return refusal.kind === 'incomplete' ? errors.noAddress : refusalText(page.t, refusal)
}
