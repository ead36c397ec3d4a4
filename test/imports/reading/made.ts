import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeXlsx, type WriteSheet } from 'hucre/xlsx'
import { openRoster, readRoster, type Roster, type RosterOptions } from '../../../src/imports/file.ts'
import type { RosterRow } from '../../../src/imports/reading/fields.ts'
import type { FileRefusal } from '../../../src/imports/reading/refusal.ts'
import { Day } from '../../../src/kernel/day.ts'

export const TODAY = Day.parse('2026-11-25')

/** A folder of files that are made for a test and gone after it. */
export function folder() {
  const path = mkdtempSync(join(tmpdir(), 'congvu-rosters-'))
  return {
    file(name: string, content: Uint8Array | string): { path: string; name: string } {
      writeFileSync(join(path, name), content)
      return { path: join(path, name), name }
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  }
}

type Rows = NonNullable<WriteSheet['rows']>

/** A workbook with the rows of each sheet. */
export const workbook = (
  sheets: Readonly<Record<string, Rows>>,
  more: Partial<WriteSheet> = {},
  options: { dateSystem?: '1900' | '1904' } = {},
): Promise<Uint8Array> =>
  writeXlsx({ sheets: Object.entries(sheets).map(([name, rows]) => ({ name, rows, ...more })), ...options })

export type Read = { ok: true; roster: Roster; rows: RosterRow[] } | { ok: false; refusal: FileRefusal }

/** Opens and reads all of it. */
export async function read(
  source: { path: string; name: string },
  options: Partial<RosterOptions> = {},
): Promise<Read> {
  const opened = await openRoster(source, { today: TODAY, ...options })
  if (!opened.ok) return opened
  const rows: RosterRow[] = []
  const done = await readRoster(opened.value, (row) => {
    rows.push(row)
  })
  return done.ok ? { ok: true, roster: opened.value, rows } : done
}

/** The values of a row, without what was said about them. */
export const values = (row: RosterRow | undefined): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row?.cells ?? {}).map(([field, cell]) => [field, cell.value]))

/** The codes of what was said about a field. */
export const marks = (row: RosterRow | undefined, field: keyof RosterRow['cells']): string[] =>
  (row?.cells[field]?.marks ?? []).map(({ code }) => code)
