/** How much of a file is read before it is refused: a spreadsheet may lie about its size and blow up when it is unpacked. */
export type RosterLimits = {
  /** Bytes of the file as it came. */
  readonly fileBytes: number
  /** Parts in the archive of a workbook. */
  readonly parts: number
  /** Bytes of all its parts together, unpacked. */
  readonly unpackedBytes: number
  /** Unpacked size over packed size of one part. A million empty rows come to about 40. */
  readonly ratio: number
  /** Rows that hold something, all sheets together. */
  readonly rows: number
  /** Cells that hold something, all sheets together. */
  readonly cells: number
  /** Columns of a sheet. */
  readonly columns: number
  /** Characters of the table of texts that the sheets share. */
  readonly sharedCharacters: number
}

export const DEFAULT_LIMITS: RosterLimits = {
  fileBytes: 20_000_000,
  parts: 1_000,
  unpackedBytes: 600_000_000,
  ratio: 250,
  rows: 100_000,
  cells: 4_000_000,
  columns: 500,
  sharedCharacters: 60_000_000,
}
