import { lines } from '../kernel/text.ts'
import type { ImportView, RowView } from '../imports/viewing.ts'
import type { Services } from '../main/compose.ts'
import { BRAKE } from './brake.pages.ts'
import { hrefOf, IMPORTS, importOf } from './import-places.ts'
import { errorAt, keepable, keptForm } from './kept-form.ts'
import { beyondEnd, paging } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { count, instant } from './views/formats.ts'
import { importRefusalText } from './words/import-sayings.ts'

const PLACE = `${IMPORTS}/:id/hoan-tac`
const Why = lines(10, 500)
/** More rows than this, and their number is typed. */
const TYPED = 10

/** What of an import can still be taken back and what cannot, row by row; and taking it back. */
export function undoPages(services: Services): Route[] {
  const { imports, brakes } = services

  return [
    guarded('get', PLACE, 'import.read', async (page, permit) => {
      const { t, lang } = page
      const says = t.imports.undo
      const view = await importOf(imports, page, permit)
      const { record } = view
      if (record.state !== 'weighed') {
        page.redirect(hrefOf(record.id))
        return
      }
      const undo = page.query('xem') === 'giu' ? 'cannot' : 'can'
      const [verdicts, found] = await Promise.all([
        imports.verdicts(permit, record.id),
        imports.rows(permit, record.id, { undo, page: page.number() }),
      ])
      if (beyondEnd(page, found)) return
      const hold = record.holdId === null ? null : await brakes.read(page.permit('brake.read'), record.holdId)
      const isHeld = hold !== null && hold.ended === null
      const can = verdicts.get('') ?? 0
      const cannot = [...verdicts.values()].reduce((sum, n) => sum + n, 0) - can
      const kept = keptForm(page, formOf(view))
      const path = `${hrefOf(record.id)}/hoan-tac`
      await page.render('import-undo.njk', {
        title: says.title,
        back: { href: `${hrefOf(record.id)}?ket-qua=all`, text: t.imports.number(String(record.number)) },
        errors: kept?.errors ?? [],
        ...{ record, path, can, canText: count(can, lang), undo },
        heldAt: isHeld ? `${BRAKE}/${hold.id}` : null,
        mayUndo: can > 0 && !isHeld && page.may('import.change'),
        tabs: [
          { href: path, text: says.can(count(can, lang)), current: undo === 'can' },
          { href: `${path}?xem=giu`, text: says.cannot(count(cannot, lang)), current: undo === 'cannot' },
        ],
        until: record.undoUntil === null ? '' : t.imports.done.undoUntil(instant(record.undoUntil, lang)),
        rows: found.rows.map((row) => rowOf(page, record.id, row)),
        list: paging(found, t.imports.rowsNoun),
        typesNumber: can > TYPED,
        typed: kept?.values ?? {},
        wrong: { number: errorAt(kept, 'number'), why: errorAt(kept, 'why') },
      })
    }),

    guarded('post', PLACE, 'import.change', async (page, permit) => {
      const { t } = page
      const says = t.imports.undo
      const view = await importOf(imports, page, page.permit('import.read'))
      const { id } = view.record
      const path = `${hrefOf(id)}/hoan-tac`
      if (page.field('act') === 'weigh') {
        const weighed = await imports.weigh(permit, id)
        if (!weighed.ok) page.notice('bad', importRefusalText(t, weighed.refusal))
        page.redirect(hrefOf(id))
        return
      }
      const typed = page.fields(['number', 'why'])
      const can = (await imports.verdicts(page.permit('import.read'), id)).get('') ?? 0
      const why = Why.safeParse(typed.why)
      const isRight = can <= TYPED || typed.number.replace(/[\s.,]/g, '') === String(can)
      if (!why.success || !isRight) {
        page.keepForm(formOf(view), keepable(typed), [
          ...(why.success ? [] : [{ field: 'why', text: says.reasonNeeded }]),
          ...(isRight ? [] : [{ field: 'number', text: says.wrong }]),
        ])
        page.redirect(path)
        return
      }
      const undone = await imports.undo(permit, id, why.data)
      page.takeForm(formOf(view))
      if (!undone.ok) page.notice('bad', importRefusalText(t, undone.refusal))
      else if (undone.value.holdId === null) page.notice('ok', says.started)
      page.redirect(hrefOf(id))
    }),
  ]
}

const formOf = ({ record }: ImportView): string => `import undo ${record.id}`

function rowOf(page: Page, id: ImportView['record']['id'], row: RowView) {
  const says = page.t.imports.undo
  const whats: Readonly<Record<string, string>> = says.whats
  return {
    href: `${hrefOf(id)}/dong/${row.seq}`,
    number: row.number,
    name: row.name === '' ? page.t.imports.row.titleMissing : row.name,
    sub: row.unitName,
    what: whats[row.outcome] ?? '–',
    why: row.undo === null || row.undo === '' ? null : says.why[row.undo],
  }
}
