import { createHash } from 'node:crypto'
import type { Prisma } from '../db/generated/client.ts'
import { dayFromDb, dayToDb } from '../kernel/day.ts'
import type { RequestId } from '../kernel/ids.ts'
import type { OfficialLetter } from '../scheduled/change.ts'
import type { LetterFacts } from './official-letter.ts'

type Db = Prisma.TransactionClient

const FACTS = {
  id: true,
  number: true,
  letterDate: true,
  fileName: true,
  bytes: true,
  sha256: true,
  sending: true,
} as const
type Row = Prisma.OfficialLetterGetPayload<{ select: typeof FACTS }>

const factsOf = ({ number, letterDate, fileName, bytes, sha256 }: Row): LetterFacts => ({
  ...{ number, date: dayFromDb(letterDate), fileName, bytes, sha256 },
})

const row = (db: Db, requestId: RequestId) =>
  db.officialLetter.findFirst({ where: { requestId, replacedAt: null }, select: FACTS })

/** The present letter of a request; null when there is none. */
export async function present(db: Db, requestId: RequestId): Promise<LetterFacts | null> {
  const found = await row(db, requestId)
  return found && factsOf(found)
}

/** Its file. */
export async function content(db: Db, requestId: RequestId): Promise<(LetterFacts & { content: Buffer }) | null> {
  const found = await db.officialLetter.findFirst({ where: { requestId, replacedAt: null } })
  return found && { ...factsOf(found), content: Buffer.from(found.content) }
}

/**
 * Puts a letter in the place of the present one; without a file that one's file stays. What was never sent leaves nothing
 * behind. Answers null where there is no file at all.
 */
export async function put(
  db: Db,
  requestId: RequestId,
  letter: OfficialLetter,
  file: { readonly name: string; readonly content: Buffer } | null,
  at: Date,
): Promise<LetterFacts | null> {
  const before = await db.officialLetter.findFirst({ where: { requestId, replacedAt: null } })
  if (before === null && file === null) return null
  if (before?.sending === null) await db.officialLetter.delete({ where: { id: before.id } })
  else if (before) await db.officialLetter.update({ where: { id: before.id }, data: { replacedAt: at } })
  const bytes = Buffer.from(file?.content ?? before?.content ?? [])
  const made = await db.officialLetter.create({
    data: {
      ...{ requestId, number: letter.number, letterDate: dayToDb(letter.date), addedAt: at },
      ...{ fileName: file?.name ?? before?.fileName ?? '', bytes: bytes.length, content: bytes },
      sha256: createHash('sha256').update(bytes).digest('hex'),
    },
    select: FACTS,
  })
  return factsOf(made)
}

/** Notes that the present letter went with a sending. */
export async function sent(db: Db, requestId: RequestId, sending: number): Promise<void> {
  await db.officialLetter.updateMany({ where: { requestId, replacedAt: null, sending: null }, data: { sending } })
}
