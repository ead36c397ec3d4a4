import type { RosterLimits } from './limits.ts'

/** Why a file cannot be read. Every kind has words in both languages; none of it is a fault of the service. */
export type FileRefusal =
  | { kind: 'empty-file' }
  /** The workbook has no sheet with anything on it. */
  | { kind: 'no-rows' }
  /** Excel 97–2003 (OLE2). */
  | { kind: 'old-excel' }
  | { kind: 'password' }
  /** Macros inside (.xlsm, or renamed). */
  | { kind: 'macros' }
  /** Something else than a workbook or a text table; `what` names it for the message. */
  | { kind: 'not-a-roster'; what: OtherKind }
  /** Content and ending disagree: `isNot` by its name, `is` by its content. */
  | { kind: 'wrong-extension'; extension: string; is: 'xlsx' | 'csv' }
  /** Truncated, damaged, or not as the standard (ISO/IEC 29500) says. */
  | { kind: 'broken'; part: string }
  /** An XML part declares a document type, through which entities could be expanded. */
  | { kind: 'document-type' }
  | { kind: 'too-big'; limit: keyof RosterLimits; allowed: number }
  | { kind: 'unknown-sheet'; sheet: string }
  /** The columns must be told by hand first; `why` is as in the table's `needs`. */
  | { kind: 'needs-mapping'; sheet: string; why: MappingNeed }

/** Why a table cannot be read before somebody says what its columns are. */
export type MappingNeed = 'no-header' | 'no-name' | 'double-columns' | 'encoding'

export type OtherKind = 'html' | 'xml-spreadsheet' | 'binary-workbook' | 'open-document' | 'pdf' | 'archive' | 'unknown'

/** Carries a refusal out of the depth of a reader; it never leaves this room but from `rows()`, which says so. */
export class FileRefused extends Error {
  readonly refusal: FileRefusal
  constructor(refusal: FileRefusal, options?: ErrorOptions) {
    super(`The file is refused: ${refusal.kind}`, options)
    this.name = 'FileRefused'
    this.refusal = refusal
  }
}

export const refused = (refusal: FileRefusal): FileRefused => new FileRefused(refusal)
