import type { Aside } from './reading/rows.ts'
import type { RosterTable } from './reading/table.ts'

/** What a file was found to hold, for the pages that show how it is read. */
export type Found = {
  readonly format: 'xlsx' | 'csv'
  readonly tables: readonly RosterTable[]
  readonly asides: readonly Aside[]
  readonly asideCount: number
  readonly tookMs: number
}
/** So many rows that are about nobody are kept to be shown. */
export const ASIDES_SHOWN = 50
