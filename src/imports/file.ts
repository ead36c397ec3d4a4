import { open, readFile, stat } from 'node:fs/promises'
import { extname } from 'node:path'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Day } from '../kernel/day.ts'
import type { RosterRow } from './reading/fields.ts'
import { DEFAULT_LIMITS, type RosterLimits } from './reading/limits.ts'
import type { SheetMapping } from './reading/mapping.ts'
import type { RawFile } from './reading/raw.ts'
import { FileRefused, refused, type FileRefusal } from './reading/refusal.ts'
import { isAside, rowReader, type Aside } from './reading/rows.ts'
import { isEncrypted, sniff, SNIFFED_BYTES } from './reading/sniff.ts'
import { lookAt, type LookedAt, type RosterTable } from './reading/table.ts'
import { openTextTable } from './reading/text-table.ts'
import { openWorkbook } from './reading/workbook.ts'

export type RosterOptions = {
  /** The day in Vietnam; two-digit years and ages are judged by it. Keep it with the plan. */
  readonly today: Day
  /** Names of the sheets to read; without it, every visible sheet that has headings with a name among them. */
  readonly sheets?: readonly string[]
  /** How a sheet is read, by its name (`''` is the table of a text file); others are read as their headings say. */
  readonly mappings?: Readonly<Record<string, SheetMapping>>
  /** The row of a sheet's headings, by its name, where somebody chose it (null: none); else it is looked for. */
  readonly headerRows?: Readonly<Record<string, number | null>>
  /** The mapping that was remembered for a table of this fingerprint, if any. */
  readonly remembered?: (fingerprint: string) => SheetMapping | undefined
  readonly limits?: Partial<RosterLimits>
}

/** A roster that is open. Close it; nothing of the file is kept in memory but what its sheets share. */
export type Roster = {
  readonly format: 'xlsx' | 'csv'
  readonly text: RawFile['text']
  readonly tables: readonly RosterTable[]
  /** The first reason why `rows()` would refuse, or null. */
  readonly need: (FileRefusal & { kind: 'needs-mapping' }) | null
  /**
   * The rows of people of the chosen tables, streamed in batches, in the order of the file. Throws `FileRefused` when the file turns out
   * to be damaged or too big further down (or when `need` says so); `readRoster` answers it as a value.
   */
  rows(): AsyncGenerator<readonly RosterRow[]>
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
    for await (const batch of roster.rows()) {
      rows += batch.length
      for (const row of batch) await each(row)
    }
    return accept({ rows, asides: roster.asides })
  } catch (error) {
    if (error instanceof FileRefused) return refuse(error.refusal)
    throw error
  } finally {
    await roster.close()
  }
}

/** Opens the tables of a file, told by its content. Throws `FileRefused`. */
export async function openRaw({ path, name }: { path: string; name: string }, limits: RosterLimits): Promise<RawFile> {
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
      throw refused({ kind: isEncrypted(await readFile(path)) ? 'password' : 'old-excel' })
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
  const { sheets, today } = options
  const names = file.tables.map(({ name }) => name)
  const missing = sheets?.find((name) => !names.includes(name))
  if (missing !== undefined) throw refused({ kind: 'unknown-sheet', sheet: missing })
  const found: LookedAt[] = []
  for (const raw of file.tables) {
    const looked = await lookAt(raw, {
      mapping: options.mappings?.[raw.name],
      headerRow: options.headerRows?.[raw.name],
      remembered: options.remembered,
    })
    if (looked !== null) found.push(looked)
  }
  if (found.length === 0) throw refused({ kind: 'no-rows' })
  const wanted = new Set(sheets ?? sheetsToRead(found))
  const looked = found.map((each) => ({ ...each, table: { ...each.table, chosen: wanted.has(each.raw.name) } }))
  const chosen = looked.filter(({ table }) => table.chosen)
  const unready = chosen.find(({ table }) => table.need !== null)?.table
  const need =
    unready?.need == null ? null : ({ kind: 'needs-mapping', sheet: unready.sheet, why: unready.need } as const)
  const asides: Aside[] = []

  async function* rows(): AsyncGenerator<readonly RosterRow[]> {
    if (need !== null) throw refused(need)
    asides.length = 0
    for (const { raw, table, merges, mixed, swapped } of chosen) {
      const { mapping, sheet } = table
      const headings = table.columns.map(({ heading }) => heading)
      const read = rowReader(mapping, { sheet, merges, headings, today, mixed, swapped })
      for await (const batch of raw.rows()) {
        const understood: RosterRow[] = []
        for (const row of batch) {
          if (row.number < mapping.dataFrom) continue
          const done = read(row)
          if (isAside(done)) asides.push(done)
          else understood.push(done)
        }
        if (understood.length > 0) yield understood
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

/** Every visible sheet that can be read; when none can, the first with anything on it, to be mapped. */
function sheetsToRead(found: readonly LookedAt[]): string[] {
  const visible = found.filter(({ raw }) => !raw.hidden)
  const readable = visible.filter(({ table }) => table.need === null)
  return (readable.length > 0 ? readable : (visible.length > 0 ? visible : found).slice(0, 1)).map(
    ({ raw }) => raw.name,
  )
}
