import { z } from 'zod'
import { UNDELIVERED_TABS, type UndeliveredLine } from '../letters/letters.ts'
import type { Services } from '../main/compose.ts'
import { beyondEnd, listHref, oneOf, paging } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { count, instant } from './views/formats.ts'
import { causeText } from './words/letter-sayings.ts'

const PATH = '/thu'
const PAGE = 50
const MessageId = z.string().regex(/^<[0-9a-f-]{36}@[a-z0-9.-]{4,253}>$/)

/** Letters that did not arrive: given up, returned by the reader's server, or tried again; and the way to send them anew. */
export function undeliveredPages(services: Services): Route[] {
  const { letters, config } = services
  return [
    guarded('get', PATH, 'letter.read', async (page, permit) => {
      const { t } = page
      const says = t.letters.undelivered
      const tab = oneOf(UNDELIVERED_TABS, page.query('muc'))
      const at = page.number()
      const { lines, counts } = await letters.undelivered(permit, { tab, limit: PAGE, offset: (at - 1) * PAGE })
      const list = { total: counts[tab], page: at, pageSize: PAGE }
      if (beyondEnd(page, list)) return
      await page.render('undelivered.njk', {
        title: says.title,
        ...{ tab, text: says.text[tab], empty: says.empty[tab] },
        tabs: UNDELIVERED_TABS.map((each) => ({
          href: listHref(PATH, { muc: each === 'failed' ? '' : each }),
          text: says.tabs[each],
          count: counts[each],
          current: each === tab,
        })),
        rows: lines.map((line) => rowOf(page, line)),
        list: paging(list, says.noun),
        off: config.returns === null,
        mayRetry: page.may('letter.retry') && tab === 'failed',
      })
    }),

    guarded('post', `${PATH}/gui-lai`, 'letter.retry', async (page, permit) => {
      const says = page.t.letters.undelivered
      const id = MessageId.safeParse(page.field('letter'))
      const done = id.success ? await letters.retry(permit, id.data) : null
      if (done?.ok) page.notice('ok', says.retried)
      else page.notice('bad', says.refusals[done ? done.refusal.kind : 'no-such-letter'])
      page.redirect(PATH)
    }),

    guarded('post', `${PATH}/gui-lai-tat-ca`, 'letter.retry', async (page, permit) => {
      page.notice('ok', page.t.letters.undelivered.retriedAll(count(await letters.retryAll(permit), page.lang)))
      page.redirect(PATH)
    }),
  ]
}

function rowOf(page: Page, line: UndeliveredLine) {
  const { t, lang } = page
  const kinds: Readonly<Record<string, string>> = t.letters.kinds
  const [what, id] = (line.about ?? '').split(':')
  const links: Readonly<Record<string, { href: string; text: string }>> = {
    request: { href: `/cho-duyet/${id ?? ''}`, text: t.letters.undelivered.about.request },
    account: { href: `/tai-khoan/${id ?? ''}`, text: t.letters.undelivered.about.account },
  }
  return {
    ...line,
    kind: kinds[line.template] ?? line.template,
    about: links[what ?? ''] ?? null,
    why: line.bounce === null ? null : `${t.letters.bounces[line.bounce]} (${causeText(t, line.status)})`,
    next: t.letters.undelivered.attempts(count(line.attempts, lang), instant(line.nextAt, lang)),
  }
}
