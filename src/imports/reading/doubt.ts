import type { RosterColumn, RosterTable } from './table.ts'

/** At and below this confidence an encoding is a guess, which a person confirms. */
export const SURE_ABOVE = 0.5

/** Whether it is a guess what a column's texts are encoded in. */
export const isDoubtful = ({ detection }: Pick<RosterColumn, 'detection'>): boolean =>
  detection.old > 0 && detection.confidence <= SURE_ABOVE

/** The first table that would be read by a guess at the encoding of one of its columns; null when nothing is guessed. */
export function doubtfulColumn(tables: readonly RosterTable[]): string | null {
  const found = tables.find(
    ({ chosen, mappedBy, columns, mapping }) =>
      chosen &&
      mappedBy === 'headings' &&
      columns.some(
        (column) => isDoubtful(column) && mapping.columns.some(({ index, field }) => index === column.index && field),
      ),
  )
  return found?.sheet ?? null
}
