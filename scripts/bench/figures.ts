/** The value that a share `p` (0 to 1) of the values does not exceed; 0 of none. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * p) - 1))] ?? 0
}

export const median = (values: readonly number[]): number => percentile(values, 0.5)

export const round = (value: number, digits: number): number => Number(value.toFixed(digits))

/** Rows in columns: the first column to the left, figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n')
}

/** What a benchmark reports: the table for people, the record for programs. */
export type Report = {
  readonly table: string
  readonly json: { readonly bench: string; readonly size: number; readonly ratio: number } & Readonly<
    Record<string, string | number>
  >
}

export const milliseconds = (value: number): string => `${value.toFixed(1)} ms`
