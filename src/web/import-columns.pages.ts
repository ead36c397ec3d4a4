import { COLUMN_FIELDS } from '../imports/reading/fields.ts'
import { isDoubtful } from '../imports/reading/doubt.ts'
import { OLD_ENCODINGS } from '../imports/reading/encodings.ts'
import { mappingFault, type SheetMapping } from '../imports/reading/mapping.ts'
import { columnName } from '../imports/reading/sheet.ts'
import type { RosterTable } from '../imports/reading/table.ts'
import type { ImportView } from '../imports/viewing.ts'
import type { Services } from '../main/compose.ts'
import { HttpFault } from './http-fault.ts'
import { encodingsOf } from './import-preview.ts'
import { hrefOf, IMPORTS, importOf } from './import-places.ts'
import { errorAt, keepable, keptForm } from './kept-form.ts'
import type { Page } from './page.ts'
import type { FieldError } from './rendering.ts'
import { guarded, type Route } from './route.ts'
import { count } from './views/formats.ts'
import { columnFieldText, fileRefusalText } from './words/roster-sayings.ts'
import { importRefusalText } from './words/import-sayings.ts'

const ENCODINGS = ['unicode', ...OLD_ENCODINGS] as const
/** Columns that a page can map, and texts of a column that it shows. */
const MOST_COLUMNS = 60
const SAMPLES = 3
const SHOWN_ROWS = 8
const MOST_SHEETS = 8
type Typed = Readonly<Record<string, string>>

/** Which sheets are read, which rows, and what each column holds in which encoding: as the file says, or by hand. */
export function columnPages(services: Services): Route[] {
  const { imports } = services

  return [
    guarded('get', `${IMPORTS}/:id/cot`, 'import.read', async (page, permit) => {
      const { t, lang } = page
      const view = await importOf(imports, page, permit)
      const { record, found } = view
      if (found === null) throw new HttpFault(404)
      const kept = keptForm(page, formOf(view))
      const mayChange = page.may('import.change') && ['matching', 'preview'].includes(record.state)
      const need =
        record.state === 'matching' && record.fault !== null && record.fault.kind !== 'trouble' ? record.fault : null
      const encodings = encodingsOf(page, view)
      await page.render('import-columns.njk', {
        title: t.imports.match.title,
        back:
          record.state === 'matching'
            ? { href: IMPORTS, text: t.imports.back }
            : { href: hrefOf(record.id), text: t.imports.number(String(record.number)) },
        caption: t.imports.caption(String(record.number), 2, t.imports.steps[1] ?? ''),
        errors: kept?.errors ?? [],
        need: need === null ? null : fileRefusalText(t.rosters, lang, need),
        ...{ record, mayChange, encodings, wrong: { confirm: errorAt(kept, 'confirm') } },
        doubtful: encodings.some(({ isDoubtful: unsure }) => unsure),
        tables: found.tables
          .slice(0, MOST_SHEETS)
          .map((table, n) => tableOf(page, table, n, kept?.values ?? null, kept?.errors ?? [])),
        fields: [null, ...COLUMN_FIELDS].map((field) => ({
          value: field ?? '',
          text: columnFieldText(t.rosters, field),
        })),
        encodingItems: ENCODINGS.map((value) => ({ value, text: t.rosters.encodings[value] })),
        asides: found.asideCount > 0 ? t.imports.match.asides(count(found.asideCount, lang)) : null,
      })
    }),

    guarded('post', `${IMPORTS}/:id/cot`, 'import.change', async (page, permit) => {
      const { t } = page
      const says = t.imports.match
      const view = await importOf(imports, page, page.permit('import.read'))
      const { record, found } = view
      if (found === null) throw new HttpFault(404)
      const path = `${hrefOf(record.id)}/cot`
      const tables = found.tables.slice(0, MOST_SHEETS)
      const typed = typedIn(page, tables)
      const { mappings, errors } = read(page, tables, typed)
      const isGuess = tables.some(
        (table, n) => typed[`read${n}`] === 'yes' && table.columns.some((column) => isGuessed(column, n, typed)),
      )
      if (isGuess && page.field('confirm') !== 'yes') errors.push({ field: 'confirm', text: says.errors.confirm })
      const again = (faults: readonly FieldError[]) => {
        page.keepForm(formOf(view), keepable(typed), faults)
        page.redirect(path)
      }
      if (errors.length > 0) {
        again(errors)
        return
      }
      const matched = await imports.match(permit, record.id, mappings)
      if (!matched.ok) {
        const { refusal } = matched
        if (refusal.kind === 'mapping') again([{ field: 'read0', text: importRefusalText(t, refusal) }])
        else {
          page.notice('bad', importRefusalText(t, refusal))
          page.redirect(hrefOf(record.id))
        }
        return
      }
      page.takeForm(formOf(view))
      page.redirect(hrefOf(record.id))
    }),
  ]
}

const formOf = ({ record }: ImportView): string => `import columns ${record.id}`

const isGuessed = (column: RosterTable['columns'][number], n: number, typed: Typed): boolean =>
  isDoubtful(column) && (typed[`field${n}-${column.index}`] ?? '') !== ''

/** A table of the file as the page shows it; the fields' names bear its number and the column's. */
function tableOf(page: Page, table: RosterTable, n: number, kept: Typed | null, errors: readonly FieldError[]) {
  const { t } = page
  const says = t.imports.match
  const { mapping, columns, beginning } = table
  const data = beginning.filter(({ number }) => number >= mapping.dataFrom)
  const value = (name: string, present: string) => kept?.[name] ?? present
  return {
    n,
    title: table.sheet === '' ? says.text : says.sheet(table.sheet),
    hidden: table.hidden,
    isRead: value(`read${n}`, table.chosen ? 'yes' : '') === 'yes',
    by: says.by[table.mappedBy],
    headerRow: value(`header${n}`, mapping.headerRow === null ? '' : String(mapping.headerRow)),
    dataFrom: value(`from${n}`, String(mapping.dataFrom)),
    wrong: Object.fromEntries(
      [`read${n}`, `header${n}`, `from${n}`].map((name) => [
        name.replace(/\d+$/, ''),
        errors.find(({ field }) => field === name)?.text,
      ]),
    ),
    columns: columns.slice(0, MOST_COLUMNS).map((column) => {
      const { index, heading } = column
      const mapped = mapping.columns.find((each) => each.index === index)
      const letter = says.column(columnName(index))
      return {
        ...{ index, letter, heading },
        name: heading === '' ? letter : heading,
        samples: [...new Set(data.map(({ text }) => masked(text[index] ?? '')).filter(Boolean))]
          .slice(0, SAMPLES)
          .join(' · '),
        field: value(`field${n}-${index}`, mapped?.field ?? (table.need === null ? '' : (column.proposed ?? ''))),
        encoding: value(`encoding${n}-${index}`, mapped?.encoding ?? 'unicode'),
        unsure: mapped?.field != null && !column.sure && table.mappedBy === 'headings',
      }
    }),
    beginning: beginning
      .slice(0, SHOWN_ROWS)
      .map(({ number, text }) => ({ number, text: text.filter(Boolean).map(masked).join(' | ') })),
  }
}

function typedIn(page: Page, tables: readonly RosterTable[]): Record<string, string> {
  const typed: Record<string, string> = {}
  tables.forEach(({ columns }, n) => {
    for (const name of [`read${n}`, `header${n}`, `from${n}`]) typed[name] = page.field(name).trim()
    for (const { index } of columns.slice(0, MOST_COLUMNS))
      for (const name of [`field${n}-${index}`, `encoding${n}-${index}`]) typed[name] = page.field(name)
  })
  return typed
}

/** The mappings of the sheets that are to be read, and what is wrong with them. */
function read(page: Page, tables: readonly RosterTable[], typed: Typed) {
  const { t } = page
  const says = t.imports.match.errors
  const errors: FieldError[] = []
  const mappings: Record<string, SheetMapping> = {}
  tables.forEach((table, n) => {
    if (typed[`read${n}`] !== 'yes') return
    const header = rowNumber(typed[`header${n}`] ?? '')
    const from = rowNumber(typed[`from${n}`] ?? '')
    if (header === undefined) errors.push({ field: `header${n}`, text: says.row })
    if (from === undefined || from === null || (header ?? 0) >= from) errors.push({ field: `from${n}`, text: says.row })
    const mapping: SheetMapping = {
      headerRow: header ?? null,
      dataFrom: from ?? 1,
      columns: table.columns.map(({ index }) => {
        const field = COLUMN_FIELDS.find((each) => each === typed[`field${n}-${index}`]) ?? null
        const encoding = ENCODINGS.find((each) => each === typed[`encoding${n}-${index}`]) ?? 'unicode'
        const before = table.mapping.columns.find((each) => each.index === index)
        return { index, field, encoding, casing: before?.casing ?? 'as-is' }
      }),
    }
    const fault = mappingFault(mapping)
    if (fault !== null) errors.push({ field: `read${n}`, text: t.rosters.mappingFaults[fault] })
    mappings[table.sheet] = mapping
  })
  if (Object.keys(mappings).length === 0) errors.push({ field: 'read0', text: says.sheet })
  return { mappings, errors }
}

/** Identification numbers show their last digits only: how a column is read can be told by those. */
const masked = (text: string): string => text.replace(/\d{6,}(?=\d{3})/g, '•••')

/** Null for nothing typed, undefined for what is no row. */
const rowNumber = (text: string): number | null | undefined =>
  text === '' ? null : /^[1-9]\d{0,6}$/.test(text) ? Number(text) : undefined
