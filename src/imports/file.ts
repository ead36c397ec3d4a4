import { open, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Day } from '../kernel/day.ts'
import { columnsOf, fingerprintOf, type ColumnGuess } from './reading/columns.ts'
import type { RosterRow } from './reading/fields.ts'
import { findHeader, HEADER_ROWS, type Header } from './reading/header.ts'
import { DEFAULT_LIMITS, type RosterLimits } from './reading/limits.ts'
import { mappingFault, type SheetMapping } from './reading/mapping.ts'
import type { RawFile, RawRow, RawTable } from './reading/raw.ts'
import { FileRefused, refused, type FileRefusal, type MappingNeed } from './reading/refusal.ts'
import { isAside, rowReader, type Aside } from './reading/rows.ts'
import { sniff, SNIFFED_BYTES } from './reading/sniff.ts'
import { openTextTable } from './reading/text-table.ts'
import { openWorkbook } from './reading/workbook.ts'

/** Rows of data from which columns are judged. */
const SAMPLE = 500

export type RosterOptions = {
  /** The day in Vietnam; two-digit years and ages are judged by it. Keep it with the plan. */
  readonly today: Day
  /** Names of the sheets to read; without it, every visible sheet that has headings with a name among them. */
  readonly sheets?: readonly string[]
  /** How a sheet is read, by its name (`''` is the table of a text file); others are read as their headings say. */
  readonly mappings?: Readonly<Record<string, SheetMapping>>
  /** The mapping that was remembered for a table of this fingerprint, if any. */
  readonly remembered?: (fingerprint: string) => SheetMapping | undefined
  readonly limits?: Partial<RosterLimits>
}

/** A table of the file: what it is and how it would be read. */
export type RosterTable = {
  /** The sheet's name; `''` for a text file. */
  readonly sheet: string
  readonly hidden: boolean
  /** Whether `rows()` reads it. */
  readonly chosen: boolean
  readonly columns: readonly ColumnGuess[]
  /** Effective; store it with the plan and give it back in `mappings`. */
  readonly mapping: SheetMapping
  /** Whence the mapping is: given by hand, remembered for the sender, or from the headings. */
  readonly mappedBy: 'hand' | 'memory' | 'headings'
  /** Why the columns must be mapped by hand; null when the table can be read. */
  readonly need: MappingNeed | null
  /** Under what a sender's mapping is remembered. */
  readonly fingerprint: string
  /** The first rows as the file shows them, for a mapping page. */
  readonly beginning: readonly { readonly number: number; readonly text: readonly string[] }[]
}

/** A roster that is open. Close it; nothing of the file is kept in memory but what its sheets share. */
export type Roster = {
  readonly format: 'xlsx' | 'csv'
  readonly text: RawFile['text']
  readonly tables: readonly RosterTable[]
  /** The first reason why `rows()` would refuse, or null. */
  readonly need: (FileRefusal & { kind: 'needs-mapping' }) | null
  /**
   * The rows of people of the chosen tables, streamed, in the order of the file. Throws `FileRefused` when the file turns out
   * to be damaged or too big further down (or when `need` says so); `readRoster` answers it as a value.
   */
  rows(): AsyncGenerator<RosterRow>
  /** The rows that were read over because they are about nobody; complete when `rows()` has ended. */
  readonly asides: readonly Aside[]
  close(): Promise<void>
}

/**
 * Opens a personnel file as agencies send it: an Excel workbook or a text table, told by its content. `name` is the name it
 * was sent under. Nothing is written, nothing in the file is executed or fetched. What is wrong with the file is refused; a
 * file that cannot be opened at all (permissions, disk) throws.
 */
export async function openRoster(
  source: { readonly path: string; readonly name: string },
  options: RosterOptions,
): Promise<Decision<Roster, FileRefusal>> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  let file: RawFile | null = null
  try {
    file = await openRaw(source, limits)
    return accept(await describe(file, options))
  } catch (error) {
    await file?.close()
    if (error instanceof FileRefused) return refuse(error.refusal)
    throw error
  }
}

/** Reads all rows, one after the other, and closes the roster; what is wrong with the file is a value here too. */
export async function readRoster(
  roster: Roster,
  each: (row: RosterRow) => Promise<void> | void,
): Promise<Decision<{ rows: number; asides: readonly Aside[] }, FileRefusal>> {
  let rows = 0
  try {
    for await (const row of roster.rows()) {
      rows++
      await each(row)
    }
    return accept({ rows, asides: roster.asides })
  } catch (error) {
    if (error instanceof FileRefused) return refuse(error.refusal)
    throw error
  } finally {
    await roster.close()
  }
}

async function openRaw({ path, name }: { path: string; name: string }, limits: RosterLimits): Promise<RawFile> {
  const { size } = await stat(path)
  if (size > limits.fileBytes) throw refused({ kind: 'too-big', limit: 'fileBytes', allowed: limits.fileBytes })
  const content = sniff(await beginningOf(path, size))
  const extension = extname(name).slice(1).toLowerCase()
  switch (content.is) {
    case 'nothing':
      throw refused({ kind: 'empty-file' })
    case 'other':
      throw refused({ kind: 'not-a-roster', what: content.what })
    case 'ole2':
      throw refused({ kind: 'old-excel' })
    case 'zip': {
      if (extension === 'xlsm' || extension === 'xltm') throw refused({ kind: 'macros' })
      const workbook = await openWorkbook(path, limits)
      if (extension === 'xlsx' || extension === '') return workbook
      await workbook.close()
      throw refused({ kind: 'wrong-extension', extension, is: 'xlsx' })
    }
    case 'text':
      if (!['csv', 'tsv', 'txt', ''].includes(extension))
        throw refused({ kind: 'wrong-extension', extension, is: 'csv' })
      return openTextTable(path, limits)
    default:
      return content satisfies never
  }
}

async function beginningOf(path: string, size: number): Promise<Buffer> {
  const file = await open(path)
  try {
    const bytes = Buffer.alloc(Math.min(size, SNIFFED_BYTES))
    await file.read(bytes, 0, bytes.length, 0)
    return bytes
  } finally {
    await file.close()
  }
}

async function describe(file: RawFile, options: RosterOptions): Promise<Roster> {
  const { sheets } = options
  const names = file.tables.map(({ name }) => name)
  const missing = sheets?.find((name) => !names.includes(name))
  if (missing !== undefined) throw refused({ kind: 'unknown-sheet', sheet: missing })
  const found = (await Promise.all(file.tables.map((table) => look(table, options)))).filter((table) => table !== null)
  if (found.length === 0) throw refused({ kind: 'no-rows' })
  const readable = found.filter(({ table, raw }) => table.need === null && !raw.hidden)
  const wanted = (name: string): boolean =>
    sheets !== undefined
      ? sheets.includes(name)
      : readable.length > 0
        ? readable.some(({ raw }) => raw.name === name)
        : found[0]?.raw.name === name
  const looked = found.map((each) => ({ ...each, table: { ...each.table, chosen: wanted(each.raw.name) } }))
  const chosen = looked.filter(({ table }) => table.chosen)
  const unready = chosen.find(({ table }) => table.need !== null)?.table
  const need =
    unready?.need == null ? null : ({ kind: 'needs-mapping', sheet: unready.sheet, why: unready.need } as const)
  const asides: Aside[] = []

  async function* rows(): AsyncGenerator<RosterRow> {
    if (need !== null) throw refused(need)
    asides.length = 0
    for (const { raw, table } of chosen) {
      const { mapping } = table
      const headings = table.columns.map(({ heading }) => heading)
      const read = rowReader({ sheet: raw.name, mapping, merges: await raw.merges(), headings, today: options.today })
      for await (const batch of raw.rows())
        for (const row of batch) {
          if (row.number < mapping.dataFrom) continue
          const done = read(row)
          if (isAside(done)) asides.push(done)
          else yield done
        }
    }
  }

  return {
    format: file.format,
    text: file.text,
    tables: looked.map(({ table }) => table),
    need,
    rows,
    asides,
    close: () => file.close(),
  }
}

async function look(raw: RawTable, options: RosterOptions): Promise<{ raw: RawTable; table: RosterTable } | null> {
  const sample = await firstRows(raw)
  const [first] = sample
  if (first === undefined) return null
  const { header, weak } = findHeader(sample, await raw.merges())
  const shown = header ?? weak
  const width = Math.max(...sample.map(({ cells }) => cells.length))
  const data = sample.filter(({ number }) => number > (shown?.last ?? 0))
  const guessed =
    shown === null
      ? {
          columns: Array.from({ length: width }, (_, index): ColumnGuess => ({
            index,
            heading: '',
            field: null,
            sure: false,
            rival: null,
          })),
          need: 'no-header' as const,
        }
      : columnsOf(shown, data)
  const fingerprint = fingerprintOf(shown, width)
  const byHand = options.mappings?.[raw.name]
  const mapping = byHand ?? options.remembered?.(fingerprint)
  const fault = mapping === undefined ? null : mappingFault(mapping)
  return {
    raw,
    table: {
      sheet: raw.name,
      hidden: raw.hidden,
      chosen: false,
      columns: guessed.columns,
      mapping: mapping ?? mappingOf(shown, first, guessed.columns),
      mappedBy: byHand !== undefined ? 'hand' : mapping !== undefined ? 'memory' : 'headings',
      need:
        mapping === undefined
          ? guessed.need
          : fault === null
            ? null
            : fault === 'no-name'
              ? 'no-name'
              : 'double-columns',
      fingerprint,
      beginning: sample
        .slice(0, HEADER_ROWS + 5)
        .map(({ number, cells }) => ({ number, text: Array.from(cells, (cell) => cell?.text ?? '') })),
    },
  }
}

const mappingOf = (header: Header | null, first: RawRow, columns: readonly ColumnGuess[]): SheetMapping => ({
  headerRow: header?.row ?? null,
  dataFrom: header === null ? first.number : header.last + 1,
  columns: columns.map(({ index, field }) => ({ index, field, encoding: 'unicode', casing: 'as-is' })),
})

async function firstRows(raw: RawTable): Promise<RawRow[]> {
  const rows: RawRow[] = []
  for await (const batch of raw.rows()) {
    rows.push(...batch)
    if (rows.length >= SAMPLE) break
  }
  return rows.slice(0, SAMPLE)
}
