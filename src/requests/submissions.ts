import { Prisma } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import type { RequestId } from '../kernel/ids.ts'
import type { Details } from './ask.ts'
import type { Changes, RequestsDeps } from './changes.ts'
import type { LetterFacts } from './official-letter.ts'
import type { Submitted } from './request.ts'
import { told, type Names, type Told } from './told.ts'

/** What one sending of a request said. */
export type Submission = {
  readonly sending: number
  readonly at: Date
  readonly details: Told
  readonly names: Names
  readonly address: string | null
  readonly letter: LetterFacts | null
}
/** The last sending beside the one before; identification numbers are compared whole, though only their ends are told. */
export type Resubmission = {
  readonly before: Submission
  readonly after: Submission
  readonly numberChanged: boolean
}

const context = 'request.version'

/** Keeps what a request says as it is sent, in the sender's transaction. */
export async function keepSubmission(
  tx: Tx,
  seal: Pick<RequestsDeps['secrets'], 'seal'>,
  { id, sendings, local, details }: Submitted,
  letter: LetterFacts | null,
): Promise<void> {
  await tx.db.requestVersion.create({
    data: {
      ...{ requestId: id, sending: sendings, at: tx.at, local, letter: letter ?? Prisma.DbNull },
      body: seal.seal(JSON.stringify(details), context),
    },
  })
}

/** What was sent before, and how a correction differs from it. */
export function submissionsOf({ prisma, secrets }: RequestsDeps, { addressText, namesOf }: Changes) {
  return {
    /** The last two sendings of a request, for whoever is shown the request; null when it was sent once. */
    async resubmission(id: RequestId): Promise<Resubmission | null> {
      const rows = await prisma.requestVersion.findMany({
        ...{ where: { requestId: id }, orderBy: { sending: 'desc' }, take: 2 },
      })
      const [after, before] = await Promise.all(
        rows.map(async (row) => {
          const details = JSON.parse(secrets.open(row.body, context)) as Details
          const submission: Submission = {
            ...{ sending: row.sending, at: row.at, details: told(details), names: await namesOf(details) },
            ...{ address: addressText(row.local), letter: row.letter as LetterFacts | null },
          }
          return { submission, numbers: numbersOf(details) }
        }),
      )
      if (after === undefined || before === undefined) return null
      const numberChanged = after.numbers !== before.numbers
      return { before: before.submission, after: after.submission, numberChanged }
    },
  }
}

const numbersOf = (details: Details): string =>
  details.kind === 'person'
    ? details.number
    : details.kind === 'people'
      ? details.people.map(({ number }) => number).join(' ')
      : ''
