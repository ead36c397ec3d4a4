import { OUTCOMES, type Outcome } from '../imports/plan/item.ts'
import { REASON_GROUPS } from '../imports/plan/reason.ts'
import { isDoubtful } from '../imports/reading/doubt.ts'
import { columnName } from '../imports/reading/sheet.ts'
import type { ImportView, RowState } from '../imports/viewing.ts'
import type { Services } from '../main/compose.ts'
import { hrefOf } from './import-places.ts'
import { listHref, paging } from './lists.ts'
import type { Page } from './page.ts'
import { count } from './views/formats.ts'
import { tagOf } from './views/states.ts'
import { reasonText } from './words/brake-sayings.ts'
import { rowTexts } from './words/import-sayings.ts'

const STATES: readonly RowState[] = ['open', 'done', 'undone', 'kept']
/** Reasons and changes shown in the list; the row's own page has them all. */
const SHOWN = 4

/** The rows of an import as a page shows them: counts that filter, the filters, and a page of rows. */
export async function previewOf(services: Services, page: Page, view: ImportView) {
  const { t, lang } = page
  const says = t.imports
  const { record, counts, policy, progress } = view
  const href = hrefOf(record.id)
  const domain = services.config.organisation.domain
  const n = (value: number) => count(value, lang)
  const of = (outcome: Outcome) => counts.outcomes.get(outcome) ?? 0
  const waiting = of('review') + of('refused')
  const q = page.query('q')
  const asked = page.query('ket-qua')
  const group = REASON_GROUPS.find((each) => each === page.query('ly-do')) ?? null
  const state = STATES.find((each) => each === page.query('da-lam')) ?? null
  // What waits for people comes first, unless something else was asked for.
  const isPlain = asked === '' && q === '' && group === null && state === null
  const outcome =
    OUTCOMES.find((each) => each === asked) ??
    (isPlain && record.state === 'preview' && of('review') > 0 ? ('review' as const) : null)
  const found = await services.imports.rows(page.permit('import.read'), record.id, {
    ...{ outcome, group, state, q, page: page.number() },
  })
  const hrefWith = (more: Readonly<Record<string, string>>) => listHref(href, { 'ket-qua': 'all', ...more })
  const changes = progress.total - progress.done
  const suspended = of('suspend')
  return {
    found,
    ...{ q, outcome: outcome ?? '', group: group ?? '', rowState: state ?? '', changes, waiting },
    tiles: OUTCOMES.filter((each) => of(each) > 0).map((each) => ({
      ...tagOf('row', each),
      ...{ number: of(each), text: says.outcomes[each], current: each === outcome },
      href: each === outcome ? hrefWith({}) : hrefWith({ 'ket-qua': each }),
    })),
    outcomes: [
      { value: 'all', text: says.preview.all },
      ...OUTCOMES.filter((each) => of(each) > 0).map((value) => ({ value, text: says.outcomes[value] })),
    ],
    states: [{ value: '', text: says.preview.all }, ...STATES.map((value) => ({ value, text: says.rowStates[value] }))],
    hasStates: (counts.states.get('open') ?? 0) < [...counts.states.values()].reduce((sum, each) => sum + each, 0),
    chips:
      waiting === 0
        ? []
        : [
            {
              href: hrefWith({ 'ket-qua': 'review' }),
              text: `${says.preview.all} ${n(of('review'))}`,
              current: outcome === 'review' && group === null,
            },
            ...REASON_GROUPS.filter((each) => counts.groups.has(each)).map((each) => ({
              href: hrefWith({ 'ket-qua': 'all', 'ly-do': each }),
              text: `${says.preview.groups[each]} ${n(counts.groups.get(each) ?? 0)}`,
              current: each === group,
            })),
          ],
    takeAll:
      group !== null && record.state === 'preview' && page.may('import.change')
        ? { group, text: says.preview.takeAll(n(counts.groups.get(group) ?? 0), says.preview.groups[group]) }
        : null,
    rows: found.rows.map((row) => {
      const texts = rowTexts(t, lang, row, domain)
      const lines = [...texts.reasons, ...texts.changes]
      return {
        ...texts,
        href: `${href}/dong/${row.seq}`,
        ...{ seq: row.seq, number: row.number, kind: row.outcome, state: row.state },
        name: row.name === '' ? says.row.title(n(row.number ?? row.seq)) : row.name,
        sub: [row.birth, row.unit].filter(Boolean).join(' · '),
        reasons: texts.reasons.slice(0, SHOWN),
        changes: texts.changes.slice(0, Math.max(0, SHOWN - texts.reasons.length)),
        more: lines.length > SHOWN ? says.reasons.more(n(lines.length - SHOWN)) : null,
        done: row.state === 'open' ? null : says.rowStates[row.state],
        isOpen: row.state === 'open' && record.state === 'preview' && page.may('import.change'),
        isSkipped: row.outcome === 'skipped',
      }
    }),
    list: paging(found, says.rowsNoun),
    units: view.openSpellings > 0 ? says.preview.units(n(view.openSpellings)) : null,
    encodings: encodingsOf(page, view),
    absent: record.mode === 'roster' && suspended > 0 ? says.preview.absent(n(suspended)) : says.preview.noAbsent,
    start:
      record.state === 'preview'
        ? {
            title: changes === 0 ? says.start.nothing : says.start.title(n(changes)),
            parts: (['create', 'change', 'transfer', 'suspend'] as const)
              .filter((each) => of(each) > 0)
              .map((each) => says.done.part(n(of(each)), says.outcomes[each]))
              .join(', '),
            text: says.start.text(n(waiting), n(policy.undoDays)),
            brake: view.brake.map((reason) => reasonText(t, lang, reason)),
            asks: changes > policy.approveAbove ? says.start.askText(n(policy.approveAbove)) : null,
            button:
              changes > policy.approveAbove && view.brake.length === 0
                ? says.start.askButton
                : says.start.button(n(changes)),
          }
        : null,
    changesText: n(changes),
  }
}

/** Columns of which the encoding is converted, or may have to be: before and after. */
export function encodingsOf(page: Page, { found }: Pick<ImportView, 'found'>) {
  const { t, lang } = page
  const says = t.imports.match
  return (found?.tables ?? [])
    .filter(({ chosen }) => chosen)
    .flatMap(({ columns, mapping }) =>
      columns.flatMap((column) => {
        const { detection, index, heading } = column
        const read = mapping.columns.find((each) => each.index === index)
        if (detection.other === null || read?.field == null) return []
        const isConverted = read.encoding !== 'unicode'
        const name = heading === '' ? says.column(columnName(index)) : heading
        const encoding = t.rosters.encodings[isConverted ? read.encoding : detection.other]
        const text = (isConverted ? says.encoding : says.encodingLeft)(name, count(detection.old, lang), encoding)
        return [{ text, samples: detection.samples, isDoubtful: isDoubtful(column), isConverted }]
      }),
    )
}
