import type { ImportState } from '../imports/import.ts'
import type { ImportView, RowView } from '../imports/viewing.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import { hrefOf, IMPORTS, importOf, XLSX } from './import-places.ts'
import { previewOf } from './import-preview.ts'
import { progressOf, resultOf } from './import-progress.ts'
import { errorAt, keptForm } from './kept-form.ts'
import { beyondEnd } from './lists.ts'
import type { Page } from './page.ts'
import { guarded, type Route } from './route.ts'
import { count, instant } from './views/formats.ts'
import { importRefusalText, rowTexts } from './words/import-sayings.ts'
import { fileRefusalText } from './words/roster-sayings.ts'

/** More changes than this, and the number is typed before somebody agrees to them. */
export const TYPED = 10
const STEP: Readonly<Record<ImportState, number>> = {
  ...{ uploaded: 1, unreadable: 1, matching: 2, planning: 3, preview: 3, asked: 3, held: 3 },
  ...{ running: 4, paused: 4, done: 4, cancelled: 4, weighing: 4, weighed: 4, undoing: 4, undone: 4 },
}

/** One import: how far it is, its preview and result with every row, and what may be done with it now. */
export function importPage(services: Services): Route[] {
  const { imports, clock, config } = services

  async function show(page: Page, view: ImportView): Promise<void> {
    const { t, lang } = page
    const { record } = view
    const { state } = record
    const hasRows = view.counts.rows > 0 && !['uploaded', 'unreadable', 'matching', 'planning'].includes(state)
    const preview = hasRows ? await previewOf(services, page, view) : null
    if (preview !== null && beyondEnd(page, preview.found)) return
    const kept = keptForm(page, `import ${record.id}`)
    const mayChange = page.may('import.change')
    const own = page.actor.kind === 'person' && page.actor.accountId === record.askedBy
    await page.render('import.njk', {
      title: titleOf(page, view),
      back: { href: IMPORTS, text: t.imports.back },
      errors: kept?.errors ?? [],
      caption: t.imports.caption(String(record.number), STEP[state], t.imports.steps[STEP[state] - 1] ?? ''),
      step: STEP[state],
      ...{ view, record, is: state, href: hrefOf(record.id), preview, mayChange },
      live: ['uploaded', 'planning', 'running', 'weighing', 'undoing'].includes(state) || isArriving(view),
      fault: faultText(page, record.fault),
      progress: progressOf(page, view, clock()),
      result: resultOf(page, view, clock()),
      facts: factsOf(page, view),
      same:
        view.sameFile === null
          ? null
          : {
              href: hrefOf(view.sameFile.id),
              text: t.imports.sameFile(String(view.sameFile.number), instant(view.sameFile.at, lang)),
            },
      ask: {
        mayAgree: state === 'asked' && page.may('import.approve') && !own,
        own: state === 'asked' && own,
        typed: kept?.values['number'] ?? '',
        wrong: errorAt(kept, 'number'),
      },
    })
  }

  return [
    guarded('get', `${IMPORTS}/:id`, 'import.read', async (page, permit) => {
      const view = await importOf(imports, page, permit)
      const { id, state } = view.record
      if (state === 'matching') page.redirect(`${hrefOf(id)}/cot`)
      // Whoever waited for the preview of undoing is led to it.
      else if (state === 'weighed' && page.query('q') === '' && page.query('ket-qua') === '')
        page.redirect(`${hrefOf(id)}/hoan-tac`)
      else await show(page, view)
    }),

    guarded('post', `${IMPORTS}/:id/viec`, 'import.change', async (page, permit) => {
      const { t } = page
      const { record } = await importOf(imports, page, page.permit('import.read'))
      const { id } = record
      const says = t.imports
      const acts = {
        withdraw: [imports.withdraw, says.asked.withdrawn],
        pause: [imports.pause, says.running.asked],
        'go-on': [imports.goOn, says.running.asked],
        cancel: [imports.cancel, says.running.asked],
        proceed: [imports.proceed, says.running.asked],
      } as const
      const act = page.field('act')
      if (act === 'start') {
        const started = await imports.start(permit, id, page.field('hash'))
        if (!started.ok) page.notice('bad', importRefusalText(t, started.refusal))
        else if (started.value.state === 'held') page.notice('wait', says.start.held)
        else page.notice('ok', started.value.state === 'asked' ? says.start.asked : says.start.started)
      } else {
        if (!(act in acts)) throw new HttpFault(400)
        const [command, words] = acts[act as keyof typeof acts]
        const done = await command(permit, id)
        if (done.ok) page.notice('ok', words)
        else page.notice('bad', importRefusalText(t, done.refusal))
      }
      page.redirect(hrefOf(id))
    }),

    guarded('post', `${IMPORTS}/:id/dong-y`, 'import.approve', async (page, permit) => {
      const { t } = page
      const says = t.imports
      const { record, progress } = await importOf(imports, page, page.permit('import.read'))
      const form = `import ${record.id}`
      const open = progress.total - progress.done
      const number = page.field('number')
      if (open > TYPED && number.replace(/[\s.,]/g, '') !== String(open))
        page.keepForm(form, { number: number.slice(0, 20) }, [{ field: 'number', text: says.asked.wrong }])
      else {
        const approved = await imports.approve(permit, record.id, page.field('hash'))
        page.takeForm(form)
        if (!approved.ok) page.notice('bad', importRefusalText(t, approved.refusal))
        else if (approved.value.state === 'held') page.notice('wait', says.start.held)
        else page.notice('ok', says.start.started)
      }
      page.redirect(hrefOf(record.id))
    }),

    guarded('post', `${IMPORTS}/:id/tai-ve`, 'import.change', async (page, permit) => {
      const { t, lang, response } = page
      const { record } = await importOf(imports, page, page.permit('import.read'))
      const of = (row: RowView) => {
        const { outcome, reasons, changes } = rowTexts(t, lang, row, config.organisation.domain)
        const result = row.state === 'open' ? outcome : `${outcome} · ${t.imports.rowStates[row.state]}`
        return { result, reason: [...reasons, ...changes].join('. ') }
      }
      if (record.erasedAt !== null) throw new HttpFault(404)
      response.set('Cache-Control', 'no-store').type(XLSX)
      response.attachment(`${record.fileName.replace(/\.[a-z]{2,4}$/i, '')} - ${t.rosters.outcome.result}.xlsx`)
      const done = await imports.workbook(permit, record.id, { headings: t.rosters.outcome, of }, async (piece) => {
        if (!response.write(piece)) await new Promise((go) => response.once('drain', go).once('close', go))
      })
      if (!done.ok) throw new HttpFault(404)
      response.end()
    }),
  ]
}

/** Accounts of a finished import that have not reached their targets yet. */
export const isArriving = ({ record, progress }: ImportView): boolean =>
  record.state === 'done' && Math.min(progress.inDirectory, progress.inMail) + progress.needPerson < progress.done

function titleOf(page: Page, { record, counts, progress }: ImportView): string {
  const { t, lang } = page
  const says = t.imports
  const n = (value: number) => count(value, lang)
  const waiting = (counts.outcomes.get('review') ?? 0) + (counts.outcomes.get('refused') ?? 0)
  const [undone, keptBack] = [counts.states.get('undone') ?? 0, counts.states.get('kept') ?? 0]
  const [done, total] = [n(progress.done), n(progress.total)] as const
  switch (record.state) {
    case 'uploaded':
    case 'matching':
      return says.reading(n(record.rowsRead))
    case 'planning':
      return says.planning(n(record.rowsRead))
    case 'unreadable':
      return says.unreadable
    case 'preview':
    case 'asked':
    case 'held':
      return waiting === 0 ? says.preview.titleClean(n(counts.rows)) : says.preview.title(n(counts.rows), n(waiting))
    case 'running':
      return says.running.title(done, total)
    case 'paused':
      return says.running.paused(done, total)
    case 'cancelled':
      return says.done.cancelled(done, total)
    case 'weighing':
      return says.undo.weighing
    case 'undoing': {
      const all = undone + keptBack + (counts.states.get('done') ?? 0)
      return says.undo.running(n(undone + keptBack), n(all))
    }
    case 'undone':
      return says.done.undone(n(undone), n(keptBack))
    case 'weighed':
    case 'done':
      return doneTitle(page, counts)
    default:
      return record.state satisfies never
  }
}

function doneTitle(page: Page, { done }: ImportView['counts']): string {
  const { t, lang } = page
  const says = t.imports.done
  const parts = [...done].map(([outcome, n]) => says.part(count(n, lang), t.imports.outcomes[outcome]))
  return parts.length === 0 ? says.nothing : says.title(parts.join(', '))
}

function faultText(page: Page, fault: ImportView['record']['fault']): string | null {
  if (fault === null) return null
  return fault.kind === 'trouble' ? page.t.imports.trouble : fileRefusalText(page.t.rosters, page.lang, fault)
}

/** Who did what when, and how it was read. */
function factsOf(page: Page, { record, unitName, found }: ImportView): { key: string; value: string }[] {
  const { t, lang } = page
  const says = t.imports
  const sheets = found?.tables
    .filter(({ chosen, sheet }) => chosen && sheet !== '')
    .map(({ sheet }) => says.preview.sheet(sheet))
  const at = (when: Date | null, by: string | null) =>
    when === null ? null : [by, instant(when, lang)].filter(Boolean).join(' · ')
  const rows: [string, string | null][] = [
    [says.columns.file, [record.fileName, ...(sheets ?? [])].join(' · ')],
    [says.upload.mode, says.modes[record.mode]],
    [says.upload.unit, unitName],
    [says.columns.at, at(record.createdAt, record.byName)],
    [says.done.approvedBy, at(record.approvedAt, record.approvedName)],
    [says.done.started, at(record.startedAt, null)],
    [says.done.ended, at(record.endedAt, null)],
    [says.done.undoneBy, at(record.undoneAt, record.undoneName)],
  ]
  return rows.flatMap(([key, value]) => (value === null ? [] : [{ key, value }]))
}
