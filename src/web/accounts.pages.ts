import { ACCOUNT_KINDS, ACCOUNT_STATES, type AccountKind, type AccountState } from '../accounts/account.ts'
import type { Services } from '../main/compose.ts'
import { accountPage } from './account.pages.ts'
import { beyondEnd, listHref, paging } from './lists.ts'
import { audienceOf } from './page.ts'
import { guarded, type Route } from './route.ts'
import { isUnsure, unitChoices, unitField } from './unit-choice.ts'
import { count } from './views/formats.ts'

/** The accounts of the reader's units; each one's own page is beside. */
export function accountPages(services: Services): Route[] {
  const units = unitChoices(services)
  return [
    guarded('get', '/tai-khoan', 'account.read', async (page, permit) => {
      const { t, lang } = page
      const q = page.query('q')
      const state = ACCOUNT_STATES.find((each) => each === page.query('state')) ?? null
      const kind = ACCOUNT_KINDS.find((each) => each === page.query('kind')) ?? null
      const [scope, choice] = await Promise.all([units.scope(page, permit.units), units.filter(page)])
      const unsure = isUnsure(choice)
      const found = await services.accounts.list(permit, {
        ...{ q, state, kind, page: page.number() },
        unit: choice.unit?.id ?? null,
      })
      if (!unsure && beyondEnd(page, found)) return
      await page.render('accounts.njk', {
        title: ['unit-admin', 'deputy'].includes(audienceOf(page.actor)) ? t.accounts.titleUnit : t.accounts.title,
        meta: `${scope.meta} · ${t.accounts.meta(count(found.total, lang))}`,
        q,
        chosen: state ?? '',
        chosenKind: kind ?? '',
        kinds: [
          { value: '', text: t.common.all },
          ...ACCOUNT_KINDS.map((value: AccountKind) => ({ value, text: t.shared.kinds[value] })),
        ],
        states: [
          { value: '', text: t.common.all },
          ...ACCOUNT_STATES.map((value: AccountState) => ({ value, text: t.states.account[value] })),
        ],
        unit: unitField(page, scope, choice, (unit) =>
          listHref('/tai-khoan', { q, state: state ?? '', kind: kind ?? '', ...unit }),
        ),
        unsure,
        filtered: q !== '' || state !== null || kind !== null || choice.unit !== null,
        rows: unsure ? [] : found.accounts,
        list: paging(found, t.accounts.noun),
      })
    }),
    ...accountPage(services),
  ]
}
