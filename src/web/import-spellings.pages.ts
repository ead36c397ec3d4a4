import type { SpellingView } from '../imports/viewing.ts'
import type { UnitRef } from '../imports/plan/reason.ts'
import { UnitId } from '../kernel/ids.ts'
import type { Services } from '../main/compose.ts'
import { hrefOf, IMPORTS, importOf } from './import-places.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { unitChoices } from './unit-choice.ts'
import { count, day } from './views/formats.ts'
import { importRefusalText } from './words/import-sayings.ts'

const PLACE = `${IMPORTS}/:id/don-vi`
const SHOWN = 200

/** How a list spells units, with what each spelling means: said once for all its rows, and remembered for the sender. */
export function spellingPages(services: Services): Route[] {
  const { imports, units } = services
  const choices = unitChoices(services)

  return [
    guarded('get', PLACE, 'import.read', async (page, permit) => {
      const { t, lang } = page
      const { record } = await importOf(imports, page, permit)
      const found = (await imports.spellings(permit, record.id)).filter(
        ({ answer, said }) => said !== null || answer.kind !== 'sure',
      )
      await page.render('import-spellings.njk', {
        title: t.imports.spellings.title,
        back: { href: hrefOf(record.id), text: t.imports.number(String(record.number)) },
        mayChange: page.may('import.change') && record.state === 'preview',
        rows: found.slice(0, SHOWN).map((each, n) => ({
          n,
          key: each.spelling.key,
          text: [each.spelling.text, each.spelling.parent].filter(Boolean).join(', '),
          rows: count(each.rows, lang),
          means: meaning(page, each),
          units: refsOf(each).map(({ id, name, parentName }) => ({
            id,
            name: parentName === null ? name : `${name} (${parentName})`,
          })),
          said: each.said !== null,
        })),
      })
    }),

    guarded('post', PLACE, 'import.change', async (page, permit) => {
      const { t, lang } = page
      const says = t.imports.spellings
      const { record } = await importOf(imports, page, page.permit('import.read'))
      const path = `${hrefOf(record.id)}/don-vi`
      const direct = UnitId.safeParse(page.field('proposed'))
      const typed = direct.success
        ? await units.find(direct.data)
        : (await choices.posted(page, page.field('picker'))).unit
      const isForgotten = page.field('act') === 'forget'
      if (typed === null && !isForgotten) {
        page.notice('bad', says.needed)
        page.redirect(path)
        return
      }
      const done = await imports.review.spell(
        permit,
        record.id,
        page.field('spelling'),
        isForgotten ? null : (typed?.id ?? null),
      )
      if (done.ok) page.notice('ok', says.saved(count(done.value.rows, lang)))
      else page.notice('bad', importRefusalText(t, done.refusal))
      page.redirect(done.ok ? hrefOf(record.id) : path)
    }),
  ]

  function meaning(page: Page, { answer, said }: SpellingView): string {
    const { t, lang } = page
    const says = t.imports.spellings
    if (said !== null) return says.said(said)
    if (answer.kind === 'dissolved') return says.dissolved(day(answer.since, lang))
    return answer.kind === 'proposed' ? says.proposed(answer.units.map(({ name }) => name).join('; ')) : says.unknown
  }
}

const refsOf = ({ answer }: SpellingView): readonly UnitRef[] => ('units' in answer ? answer.units : [])
