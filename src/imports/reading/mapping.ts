import { z } from 'zod'
import { OLD_ENCODINGS } from './encodings.ts'
import { COLUMN_FIELDS } from './fields.ts'

/**
 * How a sheet is read, as plain data: a plan stores it, so that what runs is read exactly as what was looked at, and it is
 * remembered for a sender under the table's fingerprint.
 */
export const SheetMapping = z.object({
  /** The row of the headings, or null when the sheet has none. */
  headerRow: z.number().int().min(1).nullable(),
  /** The first row of data. */
  dataFrom: z.number().int().min(1),
  columns: z.array(
    z.object({
      /** From 0: A is 0. */
      index: z.number().int().min(0),
      /** Null: not read. */
      field: z.enum(COLUMN_FIELDS).nullable(),
      /** The encoding that the column's texts are converted from. */
      encoding: z.enum(['unicode', ...OLD_ENCODINGS]),
      /**
       * `proper`: a name all in capitals or all in small letters gets capitals at the beginnings; `sentence`: a text that begins
       * with a small letter gets one there.
       */
      casing: z.enum(['as-is', 'proper', 'sentence']),
    }),
  ),
})
export type SheetMapping = z.infer<typeof SheetMapping>
export type ColumnMapping = SheetMapping['columns'][number]

/** What is wrong with a mapping made by hand; null when it can be used. */
export type MappingFault = 'no-name' | 'field-twice' | 'column-twice'

/** Checks a mapping: a name is needed, and no field may come from two columns. */
export function mappingFault({ columns }: SheetMapping): MappingFault | null {
  const fields = columns.flatMap(({ field }) => (field === null ? [] : [field]))
  if (new Set(columns.map(({ index }) => index)).size < columns.length) return 'column-twice'
  if (new Set(fields).size < fields.length) return 'field-twice'
  return fields.includes('fullName') || (fields.includes('surname') && fields.includes('given')) ? null : 'no-name'
}
