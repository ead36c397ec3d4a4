import { randomUUID } from 'node:crypto'
import type { PrismaClient } from '../db/generated/client.ts'
import type { Tx } from '../db/transaction.ts'
import { backoff } from '../kernel/backoff.ts'
import { later, type Clock } from '../kernel/clock.ts'
import { TargetFault } from '../kernel/fault.ts'
import type { Secrets } from '../kernel/secrets.ts'
import type { Letter, LetterParams, Sender, Template, Writer } from './letter.ts'

type Due = {
  id: string
  recipient: string
  template: string
  language: string
  params_cipher: string
  attempts: number
}
export type Letters = ReturnType<typeof lettersOf>

/** A letter that was refused this often is given up; IT staff see it among the faults. */
const GIVE_UP_AFTER = 40

/** Letters from an outbox: written with the change that causes them, sent at least once, with a stable Message-ID. */
export function lettersOf(deps: {
  prisma: PrismaClient
  clock: Clock
  secrets: Secrets
  writer: Writer
  sender: Sender
  domain: string
}) {
  const { prisma, clock, secrets, writer, sender, domain } = deps

  async function deliverOne(): Promise<boolean> {
    return prisma.$transaction(
      async (db) => {
        // The row's lock lasts while the letter is on its way: nobody else sends it, and a crash lets it go.
        const [due] = await db.$queryRaw<Due[]>`
          SELECT id, recipient, template, language, params_cipher, attempts FROM outbox
          WHERE state = 'waiting' AND next_at <= ${clock()} ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED`
        if (!due) return false
        try {
          const params = JSON.parse(secrets.open(due.params_cipher, 'outbox')) as LetterParams[Template]
          const letter = { to: due.recipient, language: due.language, template: due.template, params } as Letter
          const message = writer(letter)
          await sender({ messageId: due.id, to: due.recipient, language: letter.language, ...message })
          await db.outbox.update({
            where: { id: due.id },
            data: { state: 'sent', sentAt: clock(), paramsCipher: null, attempts: due.attempts + 1, detail: null },
          })
        } catch (error) {
          const attempts = due.attempts + 1
          const refused = error instanceof TargetFault && error.fault.kind === 'refused'
          const given = refused || attempts >= GIVE_UP_AFTER
          await db.outbox.update({
            where: { id: due.id },
            data: {
              attempts,
              detail: String(error instanceof Error ? error.message : error).slice(0, 500),
              nextAt: later(clock(), backoff(attempts, 300_000)),
              ...(given ? { state: 'failed', paramsCipher: null } : {}),
            },
          })
        }
        return true
      },
      { timeout: 60_000 },
    )
  }

  return {
    /** Puts a letter into the outbox, with the change or not at all. */
    async post(tx: Tx, letter: Letter): Promise<void> {
      await tx.db.outbox.create({
        data: {
          id: `<${randomUUID()}@${domain}>`,
          recipient: letter.to,
          template: letter.template,
          language: letter.language,
          paramsCipher: secrets.seal(JSON.stringify(letter.params), 'outbox'),
          nextAt: tx.at,
          createdAt: tx.at,
        },
      })
      tx.ring('letters')
    },

    /** Sends what is due, one after the other; answers how many were tried. */
    async deliver(): Promise<number> {
      let tried = 0
      while (await deliverOne()) tried++
      return tried
    },

    /** Letters that were given up, newest first. */
    failed: (limit = 50) =>
      prisma.outbox.findMany({
        where: { state: 'failed' },
        orderBy: { createdAt: 'desc' },
        take: limit,
        select: { id: true, recipient: true, template: true, detail: true, createdAt: true },
      }),
  }
}
