import { z } from 'zod'
import type { Permit } from '../access/policy.ts'
import type { PrismaClient } from '../db/generated/client.ts'
import { nextPolicyVersion, policyVersions, presentPolicies } from '../db/policies.ts'
import type { Transaction, Tx } from '../db/transaction.ts'
import { accept, refuse, type Decision } from '../kernel/decision.ts'
import type { Language, Template } from './letter.ts'
import { letterText, type LetterText } from './template.ts'

export const LANGUAGES = ['vi', 'en'] as const satisfies readonly Language[]

/** The text of a letter in force; version 0 is the product's own. */
export type TextVersion = {
  readonly version: number
  readonly text: LetterText
  /** The product's text, never changed or taken up again. */
  readonly original: boolean
  /** The stored text no longer fits what the letter offers, so the product's is used. */
  readonly unusable: boolean
}
export type TextHistory = TextVersion & {
  readonly from: Date
  readonly to: Date | null
  readonly byName: string
  readonly why: string
}
export type TextLine = {
  readonly template: Template
  readonly language: Language
  readonly version: number
  readonly original: boolean
  readonly unusable: boolean
  readonly from: Date | null
  readonly byName: string | null
}
export type TextRefusal = { kind: 'policy-changed-meanwhile' } | { kind: 'policy-unchanged' }
export type LetterTextPolicies = ReturnType<typeof letterTextPoliciesOf>

const KIND = 'letter'
/** How long a process goes by what it has read; another process's change is followed after that. */
const FRESH_MS = 2_000
/** A text of one's own, or the return to the product's. */
const Body = z.union([z.object({ subject: z.string(), text: z.string() }), z.object({ original: z.literal(true) })])

/** The words of letters, as policy with versions; what the product brings is `originals`. */
export function letterTextPoliciesOf(deps: {
  prisma: PrismaClient
  transaction: Transaction
  originals: Readonly<Record<Language, Readonly<Record<Template, LetterText>>>>
}) {
  const { prisma, transaction, originals } = deps
  const known = new Map<string, { value: TextVersion; until: number }>()
  const scopeOf = (template: Template, language: Language) => `${template}.${language}`

  function read(template: Template, language: Language, version: number, body: unknown): TextVersion {
    const product = originals[language][template]
    const parsed = Body.safeParse(body)
    if (parsed.success && 'original' in parsed.data) return { version, text: product, original: true, unusable: false }
    // A later version of the product may ask for more than a text gives: the letter goes out all the same.
    const own = letterText(template).safeParse(parsed.data)
    return { version, text: own.success ? own.data : product, original: false, unusable: !own.success }
  }

  async function latest(db: Tx['db'], template: Template, language: Language): Promise<TextVersion> {
    const [row] = await policyVersions(db, KIND, 1, scopeOf(template, language))
    return row
      ? read(template, language, row.version, row.body)
      : { version: 0, text: originals[language][template], original: true, unusable: false }
  }

  return {
    /** The text in force now. */
    async present(template: Template, language: Language): Promise<TextVersion> {
      const scope = scopeOf(template, language)
      const held = known.get(scope)
      if (held !== undefined && held.until > performance.now()) return held.value
      const value = await latest(prisma, template, language)
      known.set(scope, { value, until: performance.now() + FRESH_MS })
      return value
    },

    /** Every letter in every language, with who wrote what is in force. */
    async list(_permit: Permit<'letter.read'>, templates: readonly Template[]): Promise<TextLine[]> {
      const rows = new Map((await presentPolicies(prisma, KIND)).map((row) => [row.scope, row]))
      return templates.flatMap((template) =>
        LANGUAGES.map((language) => {
          const row = rows.get(scopeOf(template, language))
          const { version, original, unusable } = row
            ? read(template, language, row.version, row.body)
            : { version: 0, original: true, unusable: false }
          const by = { from: row?.validFrom ?? null, byName: row?.byName ?? null }
          return { template, language, version, original, unusable, ...by }
        }),
      )
    },

    /** Every version of one text, newest first. */
    async history(_permit: Permit<'letter.read'>, template: Template, language: Language): Promise<TextHistory[]> {
      const rows = await policyVersions(prisma, KIND, 100, scopeOf(template, language))
      return rows.map((row) => ({
        ...read(template, language, row.version, row.body),
        ...{ from: row.validFrom, to: row.validTo, byName: row.byName, why: row.why },
      }))
    },

    /**
     * The next version, in force for letters sent from now on; `text` null takes up the product's again. `seen` is the
     * version that was edited. Refused: policy-changed-meanwhile, policy-unchanged.
     */
    async change(
      permit: Permit<'letter.change'>,
      template: Template,
      language: Language,
      asked: { readonly seen: number; readonly text: LetterText | null; readonly why: string },
    ): Promise<Decision<number, TextRefusal>> {
      const scope = scopeOf(template, language)
      const done = await transaction(async (tx): Promise<Decision<number, TextRefusal>> => {
        const before = await latest(tx.db, template, language)
        const after = asked.text ?? originals[language][template]
        const same = before.text.subject === after.subject && before.text.text === after.text
        if (same && before.original === (asked.text === null) && !before.unusable)
          return refuse({ kind: 'policy-unchanged' })
        const { actor } = permit
        const body = asked.text ?? { original: true }
        const next = { expected: asked.seen, at: tx.at, body, byId: actor.id, byName: actor.name, why: asked.why }
        const version = await nextPolicyVersion(tx.db, KIND, next, scope)
        if (version === null) return refuse({ kind: 'policy-changed-meanwhile' })
        tx.audit(actor, 'letter.changed', `policy:letter:${scope}:${version}`, { why: asked.why, ...body })
        return accept(version)
      })
      known.delete(scope)
      return done
    },
  }
}
