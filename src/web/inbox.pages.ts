import { isDeputy } from '../access/policy.ts'
import type { Services } from '../main/compose.ts'
import type { InboxLine, InboxTab } from '../requests/requests.ts'
import { decisionPages } from './decision.pages.ts'
import { beyondEnd, listHref, oneOf, paging } from './lists.ts'
import { audienceOf } from './page.ts'
import { guarded, type Route } from './route.ts'
import { severalPages } from './several.pages.ts'
import { isUnsure, unitChoices, unitField } from './unit-choice.ts'
import { count, duration, short, type Lang } from './views/formats.ts'
import type { Words } from './words/vi.ts'

const SOON_MS = 8 * 3_600_000
const SORTS = ['due', 'sent'] as const
const TABS = {
  approver: ['mine', 'waiting', 'overdue', 'returned', 'settled'],
  'it-staff': ['waiting', 'mine', 'overdue', 'returned', 'settled'],
  auditor: ['waiting', 'overdue', 'returned', 'settled'],
} as const satisfies Record<string, readonly [Exclude<InboxTab, 'settled'>, ...InboxTab[]]>

/** What waits for a decision, and what was decided. */
export function inboxPages(services: Services): Route[] {
  const units = unitChoices(services)
  return [
    guarded('get', '/cho-duyet', 'request.read', async (page, permit) => {
      const { t, lang } = page
      const audience = audienceOf(page.actor)
      // Whose work it is to decide begins with what waits for them; who looks after everything, with everything.
      const tabs =
        TABS[audience === 'it-staff' || (audience === 'auditor' && !isDeputy(page.actor)) ? audience : 'approver']
      const asked = {
        q: page.query('q'),
        tab: oneOf(tabs, page.query('tab')),
        sort: oneOf(SORTS, page.query('sort')),
        page: page.number(),
      }
      const [scope, choice] = await Promise.all([units.scope(page, permit.units), units.filter(page)])
      const unsure = isUnsure(choice)
      const inbox = await services.requests.inbox(permit, { ...asked, unit: choice.unit?.id ?? null })
      if (!unsure && beyondEnd(page, inbox)) return
      const now = services.clock()
      const { counts } = inbox
      const staff = audience === 'it-staff' || audience === 'auditor'
      await page.render('inbox.njk', {
        title: staff ? t.inbox.titleAll : t.inbox.title,
        meta: `${scope.meta} · ${t.inbox.counts(count(counts[tabs[0]], lang), count(counts.overdue, lang))}`,
        waiting: counts.mine,
        bulk: page.may('request.decide') && ['mine', 'waiting', 'overdue'].includes(asked.tab),
        deputies: page.may('deputy.read'),
        asked,
        empty: { mine: t.workflow.inbox.emptyMine, waiting: t.inbox.empty }[asked.tab as string] ?? t.inbox.emptyTab,
        tabs: tabs.map((tab) => ({
          href: listHref('/cho-duyet', { tab: tab === tabs[0] ? '' : tab }),
          text: t.inbox.tabs[tab],
          count: tab === 'settled' ? null : counts[tab],
          current: tab === asked.tab,
        })),
        unit: unitField(page, scope, choice, (unit) =>
          listHref('/cho-duyet', { tab: asked.tab, q: asked.q, sort: asked.sort, ...unit }),
        ),
        filtered: asked.q !== '' || choice.unit !== null,
        rows: unsure ? [] : inbox.lines.map((line) => rowOf(line, now, t, lang)),
        unsure,
        list: paging(inbox, t.inbox.noun),
      })
    }),
    ...severalPages(services),
    ...decisionPages(services),
  ]
}

type Note = { readonly tone: string; readonly icon: string; readonly text: string }

/** A line as the table shows it: texts only, so that the template has nothing to work out. */
function rowOf(line: InboxLine, now: Date, t: Words, lang: Lang) {
  return {
    id: line.id,
    href: `/cho-duyet/${line.id}`,
    name: line.fullName,
    kind: t.workflow.kinds[line.kind],
    position: line.position,
    unit: line.unitName,
    local: line.local,
    sent: short(line.submittedAt, lang),
    due: short(line.dueAt, lang),
    decided: line.decidedAt === null ? '–' : short(line.decidedAt, lang),
    state: line.state,
    notes: notesOf(line, now, t, lang),
  }
}

function notesOf(line: InboxLine, now: Date, t: Words, lang: Lang): Note[] {
  const notes: Note[] = []
  const left = line.dueAt.getTime() - now.getTime()
  if (line.overdue) notes.push({ tone: 'bad', icon: 'triangle', text: t.inbox.overdue(duration(left, lang)) })
  else if (line.state === 'submitted' && left < SOON_MS)
    notes.push({ tone: 'wait', icon: 'clock', text: t.inbox.left(duration(left, lang)) })
  if (line.namesakes > 0 && line.state === 'submitted')
    notes.push({ tone: 'wait', icon: 'triangle', text: t.inbox.namesakes(count(line.namesakes, lang)) })
  if (line.fallen) notes.push({ tone: 'wait', icon: 'person', text: t.workflow.inbox.fallen })
  if (line.steps > 1 && line.state === 'submitted')
    notes.push({ tone: 'info', icon: 'people', text: t.workflow.inbox.step(String(line.step), String(line.steps)) })
  if (line.sendings > 1)
    notes.push({ tone: 'info', icon: 'back-arrow', text: t.inbox.sentAgain(count(line.sendings - 1, lang)) })
  if (notes.length === 0 && line.state === 'submitted')
    notes.push({ tone: 'ok', icon: 'tick-circle', text: t.inbox.clear })
  return notes
}
