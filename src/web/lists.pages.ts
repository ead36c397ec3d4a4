import { covers } from '../access/policy.ts'
import { localPartOf } from '../kernel/email-address.ts'
import { GroupId } from '../kernel/ids.ts'
import type { ClauseView, ListView } from '../lists/list.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import { ledgerOf } from './ledger-view.ts'
import { beyondEnd, listHref, oneOf, paging } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { isUnsure, unitChoices, unitField } from './unit-choice.ts'
import { count } from './views/formats.ts'
import { whyText } from './words/sayings.ts'
import type { Words } from './words/vi.ts'

export const LISTS = '/danh-sach-thu'
const SECTIONS = ['nguoi-nhan', 'thong-tin', 'dong-bo', 'lich-su'] as const

/** The distribution lists of the reader's units: whom each reaches, who may write to it, and whether the directory has it so. */
export function listPages(services: Services): Route[] {
  const { lists, sync, tombstones } = services
  const units = unitChoices(services)

  async function find(page: Page): Promise<ListView> {
    const view = await lists.read(page.permit('list.read'), page.param('id', GroupId))
    if (view === null) throw new HttpFault(404)
    return view
  }

  return [
    guarded('get', LISTS, 'list.read', async (page, permit) => {
      const { t, lang } = page
      const q = page.query('q')
      const [scope, choice] = await Promise.all([units.scope(page, permit.units), units.filter(page)])
      const unsure = isUnsure(choice)
      const found = await lists.list(permit, { q, unit: choice.unit?.id ?? null, page: page.number() })
      if (!unsure && beyondEnd(page, found)) return
      await page.render('lists.njk', {
        title: t.lists.title,
        meta: `${scope.meta} · ${t.lists.meta(count(found.total, lang))}`,
        q,
        unit: unitField(page, scope, choice, (unit) => listHref(LISTS, { q, ...unit })),
        unsure,
        filtered: q !== '' || choice.unit !== null,
        rows: unsure ? [] : found.lists,
        list: paging(found, t.lists.noun),
      })
    }),

    guarded('get', `${LISTS}/:id`, 'list.read', async (page, permit) => {
      const view = await find(page)
      const { t } = page
      const path = `${LISTS}/${view.id}`
      const sections = SECTIONS.filter((section) => section !== 'dong-bo' || page.may('sync.read'))
      const [first = 'nguoi-nhan', ...rest] = sections
      const section = oneOf([first, ...rest], page.query('muc'))
      const [rows, found, why] = await Promise.all([
        sync.rows({ kind: 'group', id: view.id }),
        section === 'nguoi-nhan' ? lists.members(permit, view, page.number()) : null,
        section === 'thong-tin' ? tombstones.why(localPartOf(view.address)) : null,
      ])
      if (found !== null && beyondEnd(page, found)) return
      const readable = page.permit('account.read').units
      const words = {
        'nguoi-nhan': t.lists.tabs.members,
        'thong-tin': t.lists.tabs.details,
        'dong-bo': t.lists.tabs.sync,
        'lich-su': t.lists.tabs.history,
      }
      await page.render('list.njk', {
        title: view.name,
        back: { href: LISTS, text: t.lists.back },
        view,
        clauses: view.clauses.map((clause) => clauseText(t, clause)),
        section,
        why: why && whyText(t, why),
        tabs: sections.map((each) => ({
          href: listHref(path, { muc: each === first ? '' : each }),
          text: words[each],
          count: each === 'nguoi-nhan' ? view.members : each === 'lich-su' ? view.events.length : null,
          current: each === section,
        })),
        // A member of another unit is named, but their page is not the reader's to open.
        members: found?.members.map((each) => ({ ...each, readable: covers(readable, each.unitId) })) ?? [],
        list: found && paging(found, t.lists.membersNoun),
        ledger: ledgerOf(rows),
        mayRetry: page.may('sync.change'),
      })
    }),

    guarded('post', `${LISTS}/:id/dong-bo`, 'sync.change', async (page, permit) => {
      const view = await find(page)
      await sync.retry(permit, { kind: 'group', id: view.id })
      page.notice('info', page.t.account.syncing)
      page.redirect(`${LISTS}/${view.id}`)
    }),
  ]
}

function clauseText(t: Words, clause: ClauseView): string {
  const says = t.lists.clause
  switch (clause.by) {
    case 'unit':
      return says.unit(clause.unitName, clause.below)
    case 'position':
      return says.position(clause.title, clause.unitName, clause.below)
    case 'name':
      return says.name(clause.accounts.map(({ displayName }) => displayName).join(', '))
    default:
      return clause satisfies never
  }
}
