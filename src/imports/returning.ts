import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Transaction } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { ImportId, ImportRefusal } from './import.ts'
import { outcomeWorkbook, type RowOutcome } from './outcome-file.ts'
import type { RosterLimits } from './reading/limits.ts'
import type { Seals } from './seals.ts'
import { withFile } from './spool.ts'
import * as store from './store.ts'
import type { RowView, Viewing } from './viewing.ts'

/** How outcomes read in the workbook that goes back: in its reader's language. */
export type OutcomeWords = { readonly headings: RowOutcome; readonly of: (row: RowView) => RowOutcome }

/** The file as it came, with what became of each row: for whoever sent it. */
export function returningOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  seals: Seals
  viewing: Pick<Viewing, 'rowsAt'>
  limits: Partial<RosterLimits>
}) {
  const { prisma, transaction, seals, viewing, limits } = deps

  return {
    /**
     * Gives the workbook in pieces to `write`; that it was taken is logged, for it holds identification numbers. Refused:
     * unknown-import (also when its file is erased).
     */
    async workbook(
      permit: Permit<'import.change'>,
      id: ImportId,
      words: OutcomeWords,
      write: (piece: Uint8Array) => Promise<void> | void,
    ): Promise<Decision<null, ImportRefusal>> {
      const [record, sealed] = await Promise.all([store.find(prisma, id), store.fileOf(prisma, id)])
      if (record === null || sealed === null) return refuse({ kind: 'unknown-import' })
      await transaction((tx) => {
        tx.audit(permit.actor, 'import.downloaded', `import:${id}`)
        return Promise.resolve()
      })
      await withFile(seals.file.open(sealed), async (path) => {
        const pieces = outcomeWorkbook(
          { path, name: record.fileName },
          {
            mappings: record.choices.mappings ?? {},
            headings: words.headings,
            limits,
            outcomes: async (sheet, numbers) => {
              const rows = await viewing.rowsAt(id, sheet, numbers)
              return new Map([...rows].map(([number, row]) => [number, words.of(row)]))
            },
          },
        )
        for await (const piece of pieces) await write(piece)
      })
      return accept(null)
    },
  }
}
